-- People who log in. The table is small and read as a whole.
create table users (
    name varchar not null,                        -- unique, in any case of letters
    role varchar not null,                        -- admin, viewer
    password_hash varchar not null,               -- scrypt, as werkzeug writes it
    session_stamp varchar not null,               -- sessions that carry another one have ended
    created_at timestamp not null,                -- UTC, as all times here
    last_login_at timestamp                       -- null: never
);

-- What signs the cookies of sessions: one row, made when it is first needed.
create table session_key (
    key varchar not null
);

-- Every change that somebody made, and every login. Append-only.
create sequence audit_entries;
create table audit_log (
    entry bigint not null,                        -- 1, 2, ... as they were written
    happened_at timestamp not null,
    actor varchar not null,                       -- a user, a token, the command line, or whoever is on this machine
    address varchar not null,                     -- where the request came from; empty: from this machine's command line
    action varchar not null,
    subject varchar not null,                     -- what was changed
    details varchar not null                      -- to what, where that is no secret
);
