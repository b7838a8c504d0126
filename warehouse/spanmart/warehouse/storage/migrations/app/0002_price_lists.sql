-- Every price list that was ever in force, as it was then: what a call cost when it landed stays known, whatever
-- prices are said to be later. Append-only.
create table price_lists (
    price_list integer not null,                  -- 1, 2, ... as they came into force
    in_force_from timestamp not null,             -- UTC; the first: from the beginning of time
    genai_prices varchar not null,                -- version of the package that its prices are from
    own_prices varchar not null,                  -- prices.toml as it was; empty: there was none
    digest varchar not null                       -- of its prices and its rules of matching names
);

create table price_rates (
    price_list integer not null,
    provider varchar not null,
    model varchar not null,
    price_context varchar not null,               -- standard, service_tier=flex, ...
    valid_from date not null,                     -- UTC, as all days and times here
    valid_to date not null,                       -- the first day after
    time_from time not null,
    time_to time not null,                        -- the first moment after; 24:00:00 ends a day
    input_tokens_above bigint not null,
    input_tokens_upto bigint not null,
    usage_key varchar not null,                   -- kind of usage, by genai-prices' names
    usd_per_unit decimal(38, 24) not null         -- what one more costs, besides what the kinds that it is part of cost
);

-- Whose price each name that was called has in a list: matching takes rules that change with genai-prices.
create table price_names (
    price_list integer not null,
    provider varchar not null,                    -- as called; empty: none named
    model_used varchar not null,
    service_tier varchar not null,
    price_provider varchar,                       -- null: the list does not know the name
    price_model varchar,
    price_context varchar not null
);
