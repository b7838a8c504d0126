-- Bearer tokens, and never what they are: only a hash of each. The table is small and read as a whole.
create table tokens (
    name varchar not null,                        -- one not revoked token a name
    prefix varchar not null,                      -- the token's public beginning, to recognise it by; unique
    sha256 varchar not null,                      -- of the whole token, as hex
    scopes varchar[] not null,                    -- ingest, read, admin
    created_at timestamp not null,                -- UTC, as all times here
    expires_at timestamp,                         -- null: never
    last_used_at timestamp,                       -- to the hour; null: never
    revoked_at timestamp                          -- null: not revoked
);
