-- source 01a1f82f-1e80-71a2-be43-058f27bfebbb 01a1f82f-1e80-71a2-be43-05902093bd0f whsec_sfycKvKkebw6+GynZ2nGo27Vim+Bbd5T
-- source 01a1f82f-1e80-71a2-be43-058f27bfebbb 01a1f82f-1e80-71a2-be43-05921a328745 whsec_FQAr+6kJkSk+n8Jx3YGxJv48O6DEjpMv
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.claim_lanes(wished_tenants uuid[], wished_targets uuid[], wished_limits integer[], wished_rates bigint[], wished_bursts bigint[], wished_floors bigint[], wished_ceilings bigint[], new_owner uuid, new_claim bigint, lease bigint, at bigint) RETURNS TABLE(tenant_id uuid, target uuid, probe boolean, leased boolean, lane_id uuid, conversation_id uuid, source_id uuid, direction smallint, stream smallint, owner uuid, epoch bigint, starts integer, due_at bigint, order_key bigint, seq bigint, id uuid, message_id uuid, kind smallint, payload text, attempts integer, unknown boolean, resends integer, late boolean, accepted_at bigint, expires_at bigint, day integer)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    wished record;
    pace bigint;
    bucket bigint;
    learned bigint;
    learned_at bigint;
    left_over bigint;
    allowed integer;
    due uuid[];
    more boolean;
    begun boolean;
    next_at bigint;
    next_reason text;
BEGIN
    FOR wished IN
        SELECT turn.tenant_id, turn.target, turn.tokens, turn.refilled_at, turn.reason, turn.rate, turn.rate_at, wish.most,
            wish.per_second, wish.burst, wish.floor, wish.ceiling
        FROM unnest(
            wished_tenants, wished_targets, wished_limits, wished_rates, wished_bursts, wished_floors, wished_ceilings
        ) AS wish(tenant_id, target, most, per_second, burst, floor, ceiling)
        JOIN turn ON turn.tenant_id = wish.tenant_id AND turn.target = wish.target
        WHERE turn.reason NOT LIKE 'held:%' AND turn.ready_at <= at
        ORDER BY turn.tenant_id, turn.target
        FOR NO KEY UPDATE OF turn SKIP LOCKED
    LOOP
        -- Its rate, as `Turn::pace` and `Turn::refill`. Any bucket is full after 1,000 seconds.
        pace := wished.per_second;
        bucket := wished.burst;
        learned := wished.rate;
        learned_at := wished.rate_at;
        IF wished.floor >= 0 THEN
            IF learned = 0 THEN
                learned := wished.per_second;
                learned_at := at - 1;
            END IF;
            learned := least(greatest(learned, wished.floor), wished.ceiling);
            pace := learned;
            bucket := greatest(learned, 1000);
        END IF;
        left_over := CASE
            WHEN wished.refilled_at = 0 THEN bucket
            ELSE least(wished.tokens + least(greatest(at - wished.refilled_at, 0), 1000000) * pace / 1000, bucket)
        END;
        allowed := CASE WHEN wished.reason = 'breaker' THEN least(wished.most, 1) ELSE wished.most END;
        allowed := greatest(least(allowed, left_over / 1000), 0);
        -- One more than allowed, if there is one.
        SELECT array_agg(found.lane_id ORDER BY found.due_at) INTO due FROM (
            SELECT lane.lane_id, lane.due_at FROM lane
            WHERE lane.tenant_id = wished.tenant_id AND lane.target = wished.target AND lane.due_at IS NOT NULL
                AND lane.due_at <= at
            ORDER BY lane.due_at LIMIT allowed + 1
        ) AS found;
        more := coalesce(cardinality(due), 0) > allowed;
        due := due[1:allowed];
        begun := false;
        IF cardinality(due) > 0 THEN
            left_over := left_over - 1000 * cardinality(due);
            RETURN QUERY
            WITH head AS MATERIALIZED (
                SELECT wanted.place, lane.lane_id, lane.conversation_id, lane.source_id, lane.direction, lane.stream,
                    lane.owner, lane.epoch, lane.starts, lane.due_at, letter.order_key, letter.seq, letter.id,
                    letter.message_id, letter.kind, letter.payload, letter.attempts, letter.unknown, letter.resends,
                    letter.late, letter.accepted_at, letter.expires_at, letter.day
                FROM unnest(due) WITH ORDINALITY AS wanted(lane_id, place)
                JOIN lane ON lane.tenant_id = wished.tenant_id AND lane.lane_id = wanted.lane_id
                -- The letter that was leased before and is not finished, else the first one.
                LEFT JOIN LATERAL (
                    (SELECT * FROM letter AS started
                    WHERE started.tenant_id = wished.tenant_id AND started.lane_id = wanted.lane_id
                        AND started.order_key >= lane.last_key
                    ORDER BY started.order_key, started.seq LIMIT 1)
                    UNION ALL
                    (SELECT * FROM letter AS first
                    WHERE first.tenant_id = wished.tenant_id AND first.lane_id = wanted.lane_id
                    ORDER BY first.order_key, first.seq LIMIT 1)
                    LIMIT 1
                ) AS letter ON true
            ), written AS (
                UPDATE lane SET owner = new_owner, claim = new_claim, epoch = head.epoch + 1, leased_until = at + lease,
                    due_at = at + lease, starts = lane.starts + 1, last_key = head.order_key
                FROM head
                WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = head.lane_id AND lane.epoch = head.epoch
                    AND head.id IS NOT NULL
                RETURNING lane.lane_id
            ), emptied AS (
                UPDATE lane SET due_at = NULL, waiting = 0, owner = NULL
                FROM head
                WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = head.lane_id AND head.id IS NULL
            )
            SELECT wished.tenant_id, wished.target, wished.reason = 'breaker', written.lane_id IS NOT NULL, head.lane_id,
                head.conversation_id, head.source_id, head.direction, head.stream, head.owner, head.epoch, head.starts,
                head.due_at, head.order_key, head.seq, head.id, head.message_id, head.kind, head.payload, head.attempts,
                head.unknown, head.resends, head.late, head.accepted_at, head.expires_at, head.day
            FROM head LEFT JOIN written ON written.lane_id = head.lane_id ORDER BY head.place;
            IF wished.reason = 'breaker' THEN
                begun := EXISTS (
                    SELECT FROM lane WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = ANY (due)
                        AND lane.owner = new_owner AND lane.claim = new_claim
                );
            END IF;
        END IF;
        -- When the target is due next, as `end_turns`.
        next_reason := '';
        IF begun THEN
            next_reason := wished.reason;
            next_at := at + lease;
        ELSIF more AND left_over < 1000 THEN
            next_reason := 'rate';
            next_at := at + (1000 - left_over) * 1000 / greatest(pace, 1) + 1;
        ELSIF more THEN
            next_at := at;
        ELSE
            SELECT min(lane.due_at) INTO next_at FROM lane
            WHERE lane.tenant_id = wished.tenant_id AND lane.target = wished.target AND lane.due_at IS NOT NULL;
        END IF;
        UPDATE turn SET ready_at = next_at, tokens = left_over, refilled_at = greatest(at, wished.refilled_at),
            reason = next_reason, rate = learned, rate_at = learned_at
        WHERE turn.tenant_id = wished.tenant_id AND turn.target = wished.target;
    END LOOP;
END
$$;
CREATE FUNCTION public.status_waits(learned_tenants uuid[], learned_sources uuid[], learned_ids text[]) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(learned_tenants, learned_sources, learned_ids) AS learned(tenant_id, source_id, external_id)
        JOIN parked_status ON parked_status.tenant_id = learned.tenant_id
            AND parked_status.source_id = learned.source_id AND parked_status.external_id = learned.external_id
    );
END
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.account_month (
    tenant_id uuid NOT NULL,
    month integer NOT NULL,
    sources bigint NOT NULL,
    kinds text NOT NULL,
    stored_bytes bigint NOT NULL
);
CREATE TABLE public.account_note (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    author text NOT NULL,
    text text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.account_usage (
    tenant_id uuid NOT NULL,
    day integer NOT NULL,
    messages bigint NOT NULL,
    hooks bigint NOT NULL
);
CREATE TABLE public.alert (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    source_id uuid,
    detail text NOT NULL,
    opened_at bigint NOT NULL,
    last_at bigint NOT NULL,
    count bigint NOT NULL,
    resolved_at bigint,
    muted_until bigint,
    letter_at bigint,
    letters integer DEFAULT 0 NOT NULL,
    lettered_at bigint,
    taken_by text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.alert_chat (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    asked_in_id uuid NOT NULL,
    chat_id bigint NOT NULL,
    title text NOT NULL,
    bot text NOT NULL,
    code text NOT NULL,
    code_until bigint NOT NULL,
    linked_at bigint NOT NULL,
    trouble text NOT NULL
);
CREATE TABLE public.alert_device (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    subscription bytea NOT NULL,
    endpoint_hash text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.alert_notice (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    person_id uuid NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    next_try_at bigint NOT NULL,
    tries integer NOT NULL
);
CREATE TABLE public.alert_reader (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    channel text NOT NULL,
    wants_letters boolean NOT NULL,
    without text NOT NULL,
    email text NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.alert_webhook (
    tenant_id uuid NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    without text NOT NULL,
    created_at bigint NOT NULL,
    trouble text NOT NULL,
    trouble_at bigint NOT NULL
);
CREATE TABLE public.announcement (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    text_ru text NOT NULL,
    text_en text NOT NULL,
    link text NOT NULL,
    audience text NOT NULL,
    names text NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.api_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    hash text NOT NULL,
    tail text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint
);
CREATE TABLE public.attempt (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    number integer NOT NULL,
    kind smallint NOT NULL,
    direction smallint NOT NULL,
    at bigint NOT NULL,
    ms integer NOT NULL,
    verdict text NOT NULL,
    status integer NOT NULL,
    answer text NOT NULL,
    reason text NOT NULL,
    id uuid,
    source_id uuid,
    event text DEFAULT ''::text NOT NULL,
    took bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.audit (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at bigint NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    detail text NOT NULL,
    address text NOT NULL,
    outcome text NOT NULL
);
CREATE TABLE public.chat_email (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    source_id uuid NOT NULL,
    link_id uuid NOT NULL,
    address bytea NOT NULL,
    language text NOT NULL,
    asked_at bigint NOT NULL,
    confirmed_at bigint NOT NULL,
    after_position bigint NOT NULL,
    answered_at bigint NOT NULL,
    mailed_at bigint NOT NULL,
    next_at bigint,
    tries integer NOT NULL
);
CREATE TABLE public.chat_logo (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    picture bytea NOT NULL,
    mime_type text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.chat_site (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    origin text NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE public.chore (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    owner uuid NOT NULL,
    leased_until bigint NOT NULL,
    done_at bigint NOT NULL
);
CREATE TABLE public.consent (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    document text NOT NULL,
    language text NOT NULL,
    version text NOT NULL,
    text text NOT NULL,
    user_id bigint NOT NULL,
    user_name text NOT NULL,
    address text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.contact_task (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    tries integer NOT NULL,
    making boolean NOT NULL,
    next_try_at bigint NOT NULL,
    created_at bigint NOT NULL,
    linking boolean DEFAULT false NOT NULL,
    renamed_from text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.conversation (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    external_id text NOT NULL,
    amocrm_chat_id text NOT NULL,
    contact text NOT NULL,
    created_at bigint NOT NULL,
    crm_person_id text DEFAULT ''::text NOT NULL,
    crm_unbound boolean DEFAULT false NOT NULL,
    awaited text DEFAULT ''::text NOT NULL,
    shared smallint DEFAULT 0 NOT NULL,
    contact_id bigint DEFAULT 0 NOT NULL,
    contact_name text DEFAULT ''::text NOT NULL,
    contact_why text DEFAULT ''::text NOT NULL,
    contact_seen_at bigint DEFAULT 0 NOT NULL,
    visit text DEFAULT ''::text NOT NULL,
    shut_at bigint DEFAULT 0 NOT NULL,
    reach_at bigint DEFAULT 0 NOT NULL,
    moved_to text DEFAULT ''::text NOT NULL,
    heard_at bigint DEFAULT 0 NOT NULL,
    free_until bigint DEFAULT 0 NOT NULL,
    phone_hash text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE public.conversation_alias (
    tenant_id uuid NOT NULL,
    side smallint NOT NULL,
    origin uuid NOT NULL,
    external_id text NOT NULL,
    conversation_id uuid NOT NULL
);
CREATE TABLE public.crm_copy (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    read_at bigint NOT NULL,
    asked_at bigint NOT NULL
);
CREATE TABLE public.crm_subscription (
    tenant_id uuid NOT NULL,
    destination bytea,
    state text NOT NULL,
    detail text NOT NULL,
    checked_at bigint NOT NULL,
    next_try_at bigint,
    tries integer NOT NULL
);
CREATE TABLE public.customer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    login text NOT NULL,
    password_hash text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint
);
CREATE TABLE public.dead_letter (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    lane_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    source_id uuid NOT NULL,
    message_id uuid NOT NULL,
    target uuid NOT NULL,
    direction smallint NOT NULL,
    stream smallint NOT NULL,
    kind smallint NOT NULL,
    payload text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    attempts integer NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    day integer NOT NULL
);
CREATE TABLE public.dedupe (
    tenant_id uuid NOT NULL,
    origin uuid NOT NULL,
    external_id text NOT NULL,
    event smallint NOT NULL,
    message_id uuid NOT NULL,
    fingerprint bigint NOT NULL,
    day integer NOT NULL
);
CREATE TABLE public.directory (
    kind text NOT NULL,
    key text NOT NULL,
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    note text NOT NULL,
    expires_at bigint
);
CREATE TABLE public.erasure (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    what text NOT NULL,
    counts text NOT NULL,
    by text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.found_message (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    at bigint NOT NULL,
    held boolean NOT NULL
);
CREATE TABLE public.heartbeat (
    tenant_id uuid NOT NULL,
    instance uuid NOT NULL,
    beat_at bigint NOT NULL,
    ended boolean NOT NULL,
    spooled bigint NOT NULL,
    keys text,
    version text,
    calls text
);
CREATE TABLE public.history_look (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    next_at bigint NOT NULL,
    epoch bigint NOT NULL,
    interrupted_at bigint,
    began_at bigint,
    since bigint NOT NULL,
    cursor_at bigint NOT NULL,
    cursor_id uuid NOT NULL,
    again boolean NOT NULL,
    tries integer NOT NULL,
    chats bigint NOT NULL,
    sent bigint NOT NULL,
    held bigint NOT NULL,
    ended_at bigint,
    last_chats bigint NOT NULL,
    last_sent bigint NOT NULL,
    last_held bigint NOT NULL,
    found bigint NOT NULL,
    back_to bigint
);
CREATE TABLE public.idempotency (
    tenant_id uuid NOT NULL,
    key_id uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash text NOT NULL,
    status integer NOT NULL,
    answer text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.import (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    target uuid NOT NULL,
    state smallint NOT NULL,
    dry_run boolean NOT NULL,
    newest_loud boolean NOT NULL,
    file_name text NOT NULL,
    total bigint NOT NULL,
    chats bigint NOT NULL,
    leads_expected bigint NOT NULL,
    done bigint NOT NULL,
    duplicates bigint NOT NULL,
    skipped bigint NOT NULL,
    tokens bigint NOT NULL,
    refilled_at bigint NOT NULL,
    gives_way boolean NOT NULL,
    epoch bigint NOT NULL,
    next_at bigint,
    failure text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    link_contacts boolean DEFAULT false NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    history_since bigint,
    history_page text
);
CREATE TABLE public.import_line (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    external_id text NOT NULL,
    line bigint NOT NULL,
    conversation_id text NOT NULL,
    sent_at bigint NOT NULL,
    message_id uuid NOT NULL,
    text text NOT NULL,
    accepted boolean NOT NULL
);
CREATE TABLE public.import_skip (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.install_call (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    integration text NOT NULL,
    host text NOT NULL,
    code bytea NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    next_at bigint NOT NULL,
    error text NOT NULL,
    received_at bigint NOT NULL,
    trust smallint DEFAULT 0 NOT NULL,
    network text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.integration (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    body bytea NOT NULL,
    paused boolean NOT NULL,
    updated_at bigint NOT NULL,
    updated_by text NOT NULL
);
CREATE TABLE public.lane (
    tenant_id uuid NOT NULL,
    lane_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    source_id uuid NOT NULL,
    direction smallint NOT NULL,
    stream smallint NOT NULL,
    target uuid NOT NULL,
    next_seq bigint NOT NULL,
    last_key bigint NOT NULL,
    max_key bigint NOT NULL,
    waiting bigint NOT NULL,
    due_at bigint,
    owner uuid,
    epoch bigint NOT NULL,
    leased_until bigint NOT NULL,
    starts integer NOT NULL,
    carried bigint NOT NULL,
    claim bigint
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.ledger_delta (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    direction smallint NOT NULL,
    day integer NOT NULL,
    instance uuid NOT NULL,
    accepted bigint NOT NULL,
    delivered bigint NOT NULL,
    failed bigint NOT NULL
);
CREATE TABLE public.letter (
    tenant_id uuid NOT NULL,
    lane_id uuid NOT NULL,
    order_key bigint NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    source_id uuid NOT NULL,
    direction smallint NOT NULL,
    kind smallint NOT NULL,
    payload text NOT NULL,
    attempts integer NOT NULL,
    unknown boolean NOT NULL,
    resends integer NOT NULL,
    late boolean NOT NULL,
    accepted_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    day integer NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.media (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    message_id uuid NOT NULL,
    direction smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    origin bytea NOT NULL,
    file_name text NOT NULL,
    mime_type text NOT NULL,
    size bigint NOT NULL,
    checksum text NOT NULL,
    failure text NOT NULL,
    tries integer NOT NULL,
    epoch integer NOT NULL,
    leased boolean NOT NULL,
    next_try_at bigint,
    created_at bigint NOT NULL,
    kept_at bigint,
    day integer NOT NULL
);
CREATE TABLE public.member (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    crm_user_id bigint,
    invited_at bigint NOT NULL,
    last_seen_at bigint,
    disabled_at bigint,
    role_from text DEFAULT 'panel'::text NOT NULL,
    crm_asked_at bigint DEFAULT 0 NOT NULL,
    crm_gone_at bigint
);
CREATE TABLE public.message (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    direction smallint NOT NULL,
    state smallint NOT NULL,
    reported smallint NOT NULL,
    external_id text NOT NULL,
    amocrm_message_id text NOT NULL,
    body text NOT NULL,
    error text NOT NULL,
    sent_at bigint NOT NULL,
    accepted_at bigint NOT NULL,
    day integer NOT NULL,
    "position" bigint NOT NULL,
    possible_duplicate boolean NOT NULL,
    client_reaction text DEFAULT ''::text NOT NULL,
    manager_reaction text DEFAULT ''::text NOT NULL,
    reacted_at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.message_template (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    crm_id bigint NOT NULL,
    review_id bigint NOT NULL,
    submission uuid NOT NULL,
    title text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    category text NOT NULL,
    spec text NOT NULL,
    stage text NOT NULL,
    external_id text NOT NULL,
    quality text NOT NULL,
    reason text NOT NULL,
    told text NOT NULL,
    trouble text NOT NULL,
    tries integer NOT NULL,
    next_try_at bigint,
    created_at bigint NOT NULL,
    submitted_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
CREATE TABLE public.migration_guard (
    id integer NOT NULL
);
CREATE TABLE public.oauth_grant (
    tenant_id uuid NOT NULL,
    crm_user_id bigint NOT NULL,
    is_admin boolean NOT NULL,
    in_use boolean NOT NULL,
    version bigint NOT NULL,
    access_token bytea NOT NULL,
    refresh_token bytea NOT NULL,
    previous_refresh_token bytea,
    expires_at bigint NOT NULL,
    refreshed_at bigint NOT NULL,
    intent_at bigint,
    dead boolean NOT NULL,
    lease_owner uuid,
    leased_until bigint NOT NULL,
    created_at bigint NOT NULL,
    user_name text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.origin_task (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    tries integer NOT NULL,
    noting boolean NOT NULL,
    next_try_at bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.pace (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    whole_at bigint NOT NULL
);
CREATE TABLE public.parked_status (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    external_id text NOT NULL,
    id uuid NOT NULL,
    payload text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.person (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    totp_secret bytea,
    totp_step bigint,
    is_operator boolean NOT NULL,
    language text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    proved_at bigint,
    set_in uuid,
    revision bigint DEFAULT 0 NOT NULL,
    link_only boolean DEFAULT false NOT NULL,
    wrong_codes integer DEFAULT 0 NOT NULL,
    warned_at bigint DEFAULT 0 NOT NULL,
    recovery_codes text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.push_key (
    tenant_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.raw_hook (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    received_at bigint NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    quarantine text NOT NULL
);
CREATE TABLE public.replay (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    action text NOT NULL,
    source_id uuid,
    reason text NOT NULL,
    since bigint NOT NULL,
    state text NOT NULL,
    total bigint NOT NULL,
    done bigint NOT NULL,
    started_by text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    next_at bigint
);
CREATE UNLOGGED TABLE public.rest_pace (
    tenant_id uuid NOT NULL,
    account text NOT NULL,
    next_at bigint NOT NULL
);
CREATE TABLE public.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.session (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid,
    crm_user_id bigint,
    is_admin boolean NOT NULL,
    via text NOT NULL,
    csrf text NOT NULL,
    language text NOT NULL,
    notice text NOT NULL,
    data bytea,
    reason text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.source (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    external_id text NOT NULL,
    channel_id uuid NOT NULL,
    amocrm_source_id bigint NOT NULL,
    pipeline_id bigint NOT NULL,
    is_default boolean NOT NULL,
    status text NOT NULL,
    status_reason text NOT NULL,
    paused boolean NOT NULL,
    contact_rule text NOT NULL,
    services text NOT NULL,
    settings text NOT NULL,
    secrets bytea,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    deleted_at bigint,
    status_since bigint DEFAULT 0 NOT NULL,
    paused_by text DEFAULT ''::text NOT NULL,
    proved_at bigint,
    services_sent text DEFAULT ''::text NOT NULL,
    facts text DEFAULT '{}'::text NOT NULL,
    look_at bigint,
    renew_at bigint,
    poll_at bigint,
    lead_origin boolean DEFAULT true NOT NULL,
    logo text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.source_notice (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    id uuid NOT NULL,
    deleted boolean NOT NULL,
    access bytea NOT NULL,
    created_at bigint NOT NULL,
    next_try_at bigint NOT NULL,
    tries integer NOT NULL,
    unknown boolean NOT NULL
);
CREATE TABLE public.source_pulse (
    tenant_id uuid NOT NULL,
    source_id uuid NOT NULL,
    day integer NOT NULL,
    came bigint NOT NULL,
    failed bigint NOT NULL,
    hour bigint NOT NULL,
    in_hour bigint NOT NULL,
    since_hour bigint NOT NULL,
    last_at bigint NOT NULL,
    week text NOT NULL
);
CREATE TABLE public.stray_source (
    tenant_id uuid NOT NULL,
    amocrm_source_id bigint NOT NULL,
    external_id text NOT NULL,
    name text NOT NULL,
    pipeline_id bigint,
    is_default boolean NOT NULL,
    reason text NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE public.tenant (
    tenant_id uuid NOT NULL,
    integration text NOT NULL,
    account_id bigint NOT NULL,
    host text NOT NULL,
    name text NOT NULL,
    amojo_id text NOT NULL,
    status text NOT NULL,
    suspended boolean NOT NULL,
    sources_limit integer,
    api_domain text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    customer_id uuid,
    language text DEFAULT ''::text NOT NULL,
    time_zone text DEFAULT ''::text NOT NULL,
    probe_at bigint,
    probes integer DEFAULT 0 NOT NULL,
    reconciled_at bigint,
    uninstalled_at bigint,
    erased_at bigint,
    weight integer DEFAULT 1 NOT NULL,
    texts_days integer,
    texts_days_at bigint DEFAULT 0 NOT NULL,
    hooks_days integer,
    attempts_days integer,
    undelivered_days integer,
    audit_days integer,
    second_step boolean DEFAULT false NOT NULL,
    window_off boolean DEFAULT false NOT NULL,
    plan text,
    trial_until bigint,
    paid_until bigint,
    plan_ended boolean DEFAULT false NOT NULL,
    plan_at bigint
);
CREATE TABLE public.tenant_channel (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    scope_id text NOT NULL,
    status text NOT NULL,
    detail text NOT NULL,
    connected_at bigint NOT NULL,
    checked_at bigint NOT NULL,
    next_try_at bigint,
    tries integer DEFAULT 0 NOT NULL,
    renewed_at bigint,
    losses integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.throttle (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    window_from bigint NOT NULL,
    count integer NOT NULL
);
CREATE TABLE public.turn (
    tenant_id uuid NOT NULL,
    target uuid NOT NULL,
    pool text NOT NULL,
    ready_at bigint,
    tokens bigint NOT NULL,
    refilled_at bigint NOT NULL,
    reason text NOT NULL,
    failures integer NOT NULL,
    failing_since bigint,
    failing integer DEFAULT 0 NOT NULL,
    rate bigint DEFAULT 0 NOT NULL,
    rate_at bigint DEFAULT 0 NOT NULL,
    calls integer DEFAULT 0 NOT NULL,
    errors integer DEFAULT 0 NOT NULL,
    counted_from bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.vault_key (
    tenant_id uuid NOT NULL,
    id text NOT NULL,
    sealed bytea NOT NULL,
    noted_at bigint NOT NULL
);
CREATE TABLE public.vendor_event (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    about_id uuid NOT NULL,
    webhook text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    queued_at bigint NOT NULL,
    next_try_at bigint,
    tries integer NOT NULL
);
CREATE TABLE public.vendor_event_attempt (
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    number integer NOT NULL,
    at bigint NOT NULL,
    ms integer NOT NULL,
    status integer,
    error text NOT NULL
);
INSERT INTO public.api_key VALUES ('00000000-0000-0000-0000-000000000000', '01a1f82f-1e80-71a2-be43-058dd7c82c9e', 'admin key of the tests', 'admin', 'f35044d11cf5f1e7df7377a1af2622a42f5dd1cf173ba957b584d0be7f43c433', 'cdef', 1795165200000, NULL, NULL);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05971cb37310', '01a1f82f-1e80-71a2-be43-0599b810e6ec', 1, 1, 1, 1795165200000, 0, 'done', 200, '{"new_message":{"conversation_id":"70172116-aef9-4b13-8fe3-366ecbc95be5","msgid":"ca1e1adc-1592-4252-a536-43fc7ad29e32","receiver_id":null,"ref_id":"034ddbe4-5998-5506-8f56-a621537c3b06","sender_id":"d7bd9072-7466-43c8-809d-148a70b5bb05"}}', '', NULL, NULL, '', 0);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-0594cee6675d', '01a1f82f-1e80-71a2-be43-05960d20b37d', 1, 1, 1, 1795165200000, 0, 'done', 200, '{"new_message":{"conversation_id":"9100b708-5a2b-45a0-a0c5-65e53ca7f1e6","msgid":"2a705556-65d4-4b75-a960-11f950428983","receiver_id":null,"ref_id":"3ba19a60-56c1-593b-a5cf-8cf9b7a0c934","sender_id":"dd7aed60-0a0c-4181-b33a-ecae11825836"}}', '', NULL, NULL, '', 0);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059da726a5e3', '01a1f82f-1e80-71a2-be43-059f867a3602', 1, 1, 1, 1795165200000, 0, 'bury', 400, '', 'amoCRM refused the message', NULL, NULL, '', 0);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059b9a748002', '01a1f82f-1e80-71a2-be43-059cf95f1987', 1, 1, 2, 1795165200000, 0, 'done', 200, '{}', '', '01a1f82f-1e80-71a2-be43-05a0a5b776c4', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'message.created', 0);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a6a093c64f', '01a1f82f-1e80-71a2-be43-05a8178279ac', 1, 1, 1, 1795165200000, 0, 'unknown', 0, '', 'send_message (127.0.0.1:35615/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306): no whole answer came, the outcome is unknown (error sending request: client error (SendRequest): connection closed before message completed)', NULL, NULL, '', 0);
INSERT INTO public.attempt VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a9467f8ff9', '01a1f82f-1e80-71a2-be43-05ab17375e50', 1, 1, 1, 1795165200000, 0, 'unknown', 503, '', 'amoCRM gave no clear answer', NULL, NULL, '', 0);
INSERT INTO public.audit VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-0591824a7c46', 1795165200000, 'key', '01a1f82f-1e80-71a2-be43-058dd7c82c9e', 'admin key of the tests', 'source.created', '01a1f82f-1e80-71a2-be43-05902093bd0f', '{"default":false,"external_id":"support","kind":"custom","name":"Line support"}', '127.0.0.1', 'done');
INSERT INTO public.audit VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05932d79d575', 1795165200000, 'key', '01a1f82f-1e80-71a2-be43-058dd7c82c9e', 'admin key of the tests', 'source.created', '01a1f82f-1e80-71a2-be43-05921a328745', '{"default":false,"external_id":"paused","kind":"custom","name":"Line paused"}', '127.0.0.1', 'done');
INSERT INTO public.audit VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a1f8e37e8f', 1795165200000, 'key', '01a1f82f-1e80-71a2-be43-058dd7c82c9e', 'admin key of the tests', 'source.changed', '01a1f82f-1e80-71a2-be43-05921a328745', '{"fields":["paused"]}', '127.0.0.1', 'done');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-0598fe85e1b3', '01a1f82f-1e80-71a2-be43-05921a328745', 'chat-boris', '70172116-aef9-4b13-8fe3-366ecbc95be5', '{"id":"user-boris","role":"client","name":"boris"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-0595997cc08e', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-anna', '9100b708-5a2b-45a0-a0c5-65e53ca7f1e6', '{"id":"user-anna","role":"client","name":"anna"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059e37868270', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-carl', '', '{"id":"user-carl","role":"client","name":"carl"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a759381e3a', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-dora', '', '{"id":"user-dora","role":"client","name":"dora"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05aaa8f308fd', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-emil', '', '{"id":"user-emil","role":"client","name":"emil"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05ad497c4a45', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-fred', '', '{"id":"user-fred","role":"client","name":"fred"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05b09b61751c', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-gina', '', '{"id":"user-gina","role":"client","name":"gina"}', 1795165200000, '', false, '', 0, 0, '', '', 0, '', 0, 0, '', 1795165200000, 0, '');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-anna', '01a1f82f-1e80-71a2-be43-0595997cc08e');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', '2add144f-bc57-500b-a1ae-a291d6c9a783', '01a1f82f-1e80-71a2-be43-0595997cc08e');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05921a328745', 'chat-boris', '01a1f82f-1e80-71a2-be43-0598fe85e1b3');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', '917cd274-888c-54cd-93f5-9e0cf00a9269', '01a1f82f-1e80-71a2-be43-0598fe85e1b3');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 3, '344a5002-f8ca-454d-af3d-396180102ac7', '70172116-aef9-4b13-8fe3-366ecbc95be5', '01a1f82f-1e80-71a2-be43-0598fe85e1b3');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 3, '344a5002-f8ca-454d-af3d-396180102ac7', '9100b708-5a2b-45a0-a0c5-65e53ca7f1e6', '01a1f82f-1e80-71a2-be43-0595997cc08e');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-carl', '01a1f82f-1e80-71a2-be43-059e37868270');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', 'cf2ab81e-9e78-5b3f-8421-2304f569f8e2', '01a1f82f-1e80-71a2-be43-059e37868270');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-dora', '01a1f82f-1e80-71a2-be43-05a759381e3a');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', '09dc39c4-dcf8-5b1d-8db7-979e16f66c2e', '01a1f82f-1e80-71a2-be43-05a759381e3a');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-emil', '01a1f82f-1e80-71a2-be43-05aaa8f308fd');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', 'ef7120ac-1edb-5f99-bf5f-3be1b0e72f3a', '01a1f82f-1e80-71a2-be43-05aaa8f308fd');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-fred', '01a1f82f-1e80-71a2-be43-05ad497c4a45');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', 'abf06007-90bb-57da-a160-5d2fe2e62f4c', '01a1f82f-1e80-71a2-be43-05ad497c4a45');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 'chat-gina', '01a1f82f-1e80-71a2-be43-05b09b61751c');
INSERT INTO public.conversation_alias VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 2, '344a5002-f8ca-454d-af3d-396180102ac7', 'd7bcc173-b1b4-52d8-a4ff-0b9643d27ee4', '01a1f82f-1e80-71a2-be43-05b09b61751c');
INSERT INTO public.crm_subscription VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', NULL, 'off', '', 0, 1795165200000, 0);
INSERT INTO public.dead_letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059f867a3602', '315cfc15-9bd5-53fd-ab72-0c4eb2462fed', '01a1f82f-1e80-71a2-be43-059e37868270', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-059da726a5e3', '344a5002-f8ca-454d-af3d-396180102ac7', 1, 1, 1, '', 'rejected', 'amoCRM refused the message', 1, 1795165200000, 1795165200000, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'anna-0', 1, '01a1f82f-1e80-71a2-be43-0594cee6675d', -3388527275591953446, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', 'boris-1', 1, '01a1f82f-1e80-71a2-be43-05971cb37310', -7932657582351513547, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', 'ca1e1adc-1592-4252-a536-43fc7ad29e32', 1, '01a1f82f-1e80-71a2-be43-05971cb37310', 0, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', '2a705556-65d4-4b75-a960-11f950428983', 1, '01a1f82f-1e80-71a2-be43-0594cee6675d', 0, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', '68643fd2-253d-4211-8eb9-7609745c52c4', 1, '01a1f82f-1e80-71a2-be43-059b9a748002', 0, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'carl-2', 1, '01a1f82f-1e80-71a2-be43-059da726a5e3', 5923083768774091591, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', 'fa803701-2550-4b14-8b6c-408659a58d4d', 1, '01a1f82f-1e80-71a2-be43-05a44611ace4', 0, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'dora-3', 1, '01a1f82f-1e80-71a2-be43-05a6a093c64f', 9064105713384882560, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'emil-4', 1, '01a1f82f-1e80-71a2-be43-05a9467f8ff9', 5009181561592356149, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'fred-5', 1, '01a1f82f-1e80-71a2-be43-05ac0b6420b5', -1519496990994547601, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'gina-6', 1, '01a1f82f-1e80-71a2-be43-05af6ae65290', 1626468531231494381, 20777);
INSERT INTO public.dedupe VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', 'ec73f2bc-9fed-42cb-8af7-c0c8374de60b', 1, '01a1f82f-1e80-71a2-be43-05b3fd378abd', 0, 20777);
INSERT INTO public.directory VALUES ('api_key', 'f35044d11cf5f1e7df7377a1af2622a42f5dd1cf173ba957b584d0be7f43c433', '00000000-0000-0000-0000-000000000000', '01a1f82f-1e80-71a2-be43-058dd7c82c9e', '', NULL);
INSERT INTO public.directory VALUES ('account', 'main:89094562', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '', NULL);
INSERT INTO public.directory VALUES ('scope', '344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', '', NULL);
INSERT INTO public.directory VALUES ('ticket', 'cf43ca2a24fc84e4340d147e15fd1f4dbef72a2bba8ed120d609c23ae028ad99', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '{"user":{"id":28620001,"name":"Olga","is_admin":true},"leads":"overview","asked_by":null}', 1795165800000);
INSERT INTO public.directory VALUES ('source', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', '', NULL);
INSERT INTO public.directory VALUES ('source', '01a1f82f-1e80-71a2-be43-05921a328745', '01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', '', NULL);
INSERT INTO public.install_call VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-058e6f05b691', 'main', 'acme.amocrm.ru', '\x', 'done', 1, 1795165215000, '', 1795165200000, 3, '');
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '639068bc-232c-5a3c-93c5-4fab2eb002e7', '01a1f82f-1e80-71a2-be43-0598fe85e1b3', '01a1f82f-1e80-71a2-be43-05921a328745', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 0, NULL, NULL, 1, 0, 0, 1, 0);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '1959b731-38e1-5f5a-aa6d-07e7205dc36e', '01a1f82f-1e80-71a2-be43-0595997cc08e', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 0, NULL, NULL, 1, 0, 0, 1, 0);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '315cfc15-9bd5-53fd-ab72-0c4eb2462fed', '01a1f82f-1e80-71a2-be43-059e37868270', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 0, NULL, NULL, 1, 0, 0, 0, 1);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'f928a71b-360f-59e6-b88a-6643ec0036ae', '01a1f82f-1e80-71a2-be43-0598fe85e1b3', '01a1f82f-1e80-71a2-be43-05921a328745', 2, 1, '01a1f82f-1e80-71a2-be43-05921a328745', 2, 0, 1795165200000, 1, 1795165200000, NULL, 0, 0, 0, 0, NULL);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '196ecd5d-a76f-58e1-8b06-3ee01c5526c9', '01a1f82f-1e80-71a2-be43-05a759381e3a', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 1, 1795165201120, NULL, 1, 0, 0, 0, 2);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'dbe90e7b-6d03-5bbf-b174-d81387af0076', '01a1f82f-1e80-71a2-be43-05aaa8f308fd', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 1, 1795165200830, NULL, 1, 0, 0, 0, 2);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '4822f56a-4045-5514-978e-bcec820214a0', '01a1f82f-1e80-71a2-be43-05ad497c4a45', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 1, 1795165260000, '01a1f82f-1e80-71a2-be43-058c91657531', 1, 1795165260000, 1, 0, 5);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '5a146ab4-c47d-5cc0-a549-6e2bc01baacc', '01a1f82f-1e80-71a2-be43-05b09b61751c', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '344a5002-f8ca-454d-af3d-396180102ac7', 2, 0, 0, 1, 1795165200000, NULL, 0, 0, 0, 0, NULL);
INSERT INTO public.lane VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'cee20813-d537-51dc-bf24-afd52511c0e7', '01a1f82f-1e80-71a2-be43-0595997cc08e', '01a1f82f-1e80-71a2-be43-05902093bd0f', 2, 1, '01a1f82f-1e80-71a2-be43-05902093bd0f', 3, 0, 1795165200000, 1, 1795165200000, NULL, 1, 0, 0, 1, 1);
INSERT INTO public.ledger_delta VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', 1, 20777, '01a1f82f-1e80-71a2-be43-058c91657531', 1, 1, 0);
INSERT INTO public.ledger_delta VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', 2, 20777, '01a1f82f-1e80-71a2-be43-058c91657531', 1, 0, 0);
INSERT INTO public.ledger_delta VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 20777, '01a1f82f-1e80-71a2-be43-058c91657531', 6, 1, 1);
INSERT INTO public.ledger_delta VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 2, 20777, '01a1f82f-1e80-71a2-be43-058c91657531', 2, 1, 0);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'f928a71b-360f-59e6-b88a-6643ec0036ae', 1795165200000, 1, '01a1f82f-1e80-71a2-be43-05a512996ee3', '01a1f82f-1e80-71a2-be43-05a44611ace4', '01a1f82f-1e80-71a2-be43-05921a328745', 2, 1, '', 0, false, 0, false, 1795165200000, 1795251600000, 20777);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '196ecd5d-a76f-58e1-8b06-3ee01c5526c9', 0, 1, '01a1f82f-1e80-71a2-be43-05a8178279ac', '01a1f82f-1e80-71a2-be43-05a6a093c64f', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '', 1, true, 0, false, 1795165200000, 1795770000000, 20777);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'dbe90e7b-6d03-5bbf-b174-d81387af0076', 0, 1, '01a1f82f-1e80-71a2-be43-05ab17375e50', '01a1f82f-1e80-71a2-be43-05a9467f8ff9', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '', 1, true, 0, false, 1795165200000, 1795770000000, 20777);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '4822f56a-4045-5514-978e-bcec820214a0', 0, 1, '01a1f82f-1e80-71a2-be43-05aeaad6486b', '01a1f82f-1e80-71a2-be43-05ac0b6420b5', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '', 0, false, 0, false, 1795165200000, 1795770000000, 20777);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '5a146ab4-c47d-5cc0-a549-6e2bc01baacc', 0, 1, '01a1f82f-1e80-71a2-be43-05b1694a27f4', '01a1f82f-1e80-71a2-be43-05af6ae65290', '01a1f82f-1e80-71a2-be43-05902093bd0f', 1, 1, '', 0, false, 0, false, 1795165200000, 1795770000000, 20777);
INSERT INTO public.letter VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'cee20813-d537-51dc-bf24-afd52511c0e7', 1795165200000, 2, '01a1f82f-1e80-71a2-be43-05b47c11b1aa', '01a1f82f-1e80-71a2-be43-05b3fd378abd', '01a1f82f-1e80-71a2-be43-05902093bd0f', 2, 1, '', 0, false, 0, false, 1795165200000, 1795251600000, 20777);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05971cb37310', '01a1f82f-1e80-71a2-be43-05921a328745', '01a1f82f-1e80-71a2-be43-0598fe85e1b3', 1, 2, 0, 'boris-1', 'ca1e1adc-1592-4252-a536-43fc7ad29e32', '{"sender":{"id":"user-boris","role":"client","name":"boris"},"content":{"type":"text","text":"delivered too"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 1, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-0594cee6675d', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-0595997cc08e', 1, 2, 0, 'anna-0', '2a705556-65d4-4b75-a960-11f950428983', '{"sender":{"id":"user-anna","role":"client","name":"anna"},"content":{"type":"text","text":"delivered"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 1, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059da726a5e3', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-059e37868270', 1, 4, 0, 'carl-2', '', '{"sender":{"id":"user-carl","role":"client","name":"carl"},"content":{"type":"text","text":"undelivered"},"silent":false,"deleted":false}', '{"code":"rejected","text":""}', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059b9a748002', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-0595997cc08e', 2, 1, 0, '', '68643fd2-253d-4211-8eb9-7609745c52c4', '{"sender":{"id":"c3508ee5-704b-4e76-95d2-1b86d6a4a3ee","role":"manager"},"receiver":{"id":"2822edad-9354-50ce-b5e6-185324f4c6f2","role":"client"},"content":{"type":"text","text":"answered"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 1, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a44611ace4', '01a1f82f-1e80-71a2-be43-05921a328745', '01a1f82f-1e80-71a2-be43-0598fe85e1b3', 2, 0, 0, '', 'fa803701-2550-4b14-8b6c-408659a58d4d', '{"sender":{"id":"c3508ee5-704b-4e76-95d2-1b86d6a4a3ee","role":"manager"},"receiver":{"id":"d0150643-4acd-573e-a5a2-135ee81b03f7","role":"client"},"content":{"type":"text","text":"held"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a6a093c64f', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-05a759381e3a', 1, 0, 0, 'dora-3', '', '{"sender":{"id":"user-dora","role":"client","name":"dora"},"content":{"type":"text","text":"unknown"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a9467f8ff9', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-05aaa8f308fd', 1, 0, 0, 'emil-4', '', '{"sender":{"id":"user-emil","role":"client","name":"emil"},"content":{"type":"text","text":"waiting"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05ac0b6420b5', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-05ad497c4a45', 1, 0, 0, 'fred-5', '', '{"sender":{"id":"user-fred","role":"client","name":"fred"},"content":{"type":"text","text":"leased"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05af6ae65290', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-05b09b61751c', 1, 0, 0, 'gina-6', '', '{"sender":{"id":"user-gina","role":"client","name":"gina"},"content":{"type":"text","text":"queued"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.message VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05b3fd378abd', '01a1f82f-1e80-71a2-be43-05902093bd0f', '01a1f82f-1e80-71a2-be43-0595997cc08e', 2, 0, 0, '', 'ec73f2bc-9fed-42cb-8af7-c0c8374de60b', '{"sender":{"id":"c3508ee5-704b-4e76-95d2-1b86d6a4a3ee","role":"manager"},"receiver":{"id":"2822edad-9354-50ce-b5e6-185324f4c6f2","role":"client"},"content":{"type":"text","text":"queued answer"},"silent":false,"deleted":false}', '', 1795165200000, 1795165200000, 20777, 0, false, '', '', 0);
INSERT INTO public.migration_guard VALUES (1);
INSERT INTO public.oauth_grant VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 28620001, true, true, 1, '\x0177ca82acab416e0f77bc31e9206d3f23aa8beea734855ae66b8e8bb67d7004258ee5451c92ab1b0896674d5b51cc3956330df8fad3c60deec3ce7297e984d6391d6b2d0eaf1f4ea5550a5dc1e6c7b76ca504982e5c49ebf4fd7f22c43e4a6167289389df817c1f5f775f67e2e808d26cb99d0a1dbd8329dbfb9be9aa3cb2c1d43b99e3bd9a744b5bf79f31ce113f126239909b91376826dadaf1e17e077bc19497f8119be0ce48e3108903c1aae3669e9c7c0c5f368377f78325d0d07c8839ef396d9e284783685722ba9e4287ccf0e48074b37174c25ae620160dd508d5af2026e8702c388e0bc7db2138127c5b0614b35d5d8a48450e55bfdfeeb02fa8b3a634754bcd7963bc7a9ce8fe0e9f63796f8d46b6cd7b0fa9d5162bf1bb93df2775d69b960e0837bc926feaa1f97c36c98015141073bd91a46dba3d1ce9e995d8f84708b57773ad302d8fc4ade16b72a97770f912420c973d6e81eacfcc74872b5d59f4a99b87208e859af6c8fc825f264f8fab0672ac9ff5a9f13c56a4f8fc8062d45b5e4898aadd1315ea67d9fc11fddc2cf3f7dbde4aaa85322f35e4f29644573892874321d89a9bc71d678a09fb6b757a469e4e5711551e6d60929f4c2985d65de3e473aeec31b3d6cd00aa790a1fadad3082545a5dc100c7f08c1a7cb3fe4b953c64842512b49a765bf61c845527190aa16860d52c949ae241c357a662bee216c52859c45fafbeffa4e741020b44d238d6b6aa6b1252e2a5eed6d298e8c9d8c79c57f04cd1e34a0193a88c1f343c5bca18060865c07feff7f6c02c', '\x0177ca82acb268aee8e2c941f06efaae5e69a5572ba216d26b2acabee25d7f95e9945c4fcce1706887a65247f8af04e0b76b90893d90a7de88669746130bab3f68676e6cfc04b619e7b97ac6017423a20f67dc14314016266e343b998e311fd19f9ef57d5a39c0fa9d2fa962fa3add8ed74ce4d95c921602073a62387714a5bd9259cbb9640114dfbbb037fa724ac551f48eaac83943b7d78fba9f3ddb3940b537e437d27b157a343fcde9aa8c996a16d89cfd83184c2e156613a26c94b20d93c455e863316672f4721a058b6dba59f747bccacf9e39610855f7f36996304ce5c02fa1823a07f96adee8b76d01936295669454b1483eec21c3e52b79271eb6571531e56ec2fe4ea7407a2e4b34bc2c1859734a08df4e93f4cc2993d3810db640d2f81a152ac98c3dce2bd22e4c295deac4aa934fa2', NULL, 1795251600000, 1795165200000, NULL, false, NULL, 0, 1795165200000, 'Olga');
INSERT INTO public.pace VALUES ('00000000-0000-0000-0000-000000000000', 'install:main', 1795165200002);
INSERT INTO public.raw_hook VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-059a20ffa19e', 'amocrm', '344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306', 1795165200000, '{}', '\x7b226163636f756e745f6964223a2230323936323131322d346166362d346338392d613835342d316462353634393830333036222c226d657373616765223a7b22636f6e766572736174696f6e223a7b22636c69656e745f6964223a2232616464313434662d626335372d353030622d613161652d613239316436633961373833222c226964223a2239313030623730382d356132622d343561302d613063352d363565353363613766316536227d2c226d657373616765223a7b2266696c655f6e616d65223a22222c2266696c655f73697a65223a302c226964223a2236383634336664322d323533642d343231312d386562392d373630393734356335326334222c226d65646961223a22222c22746167223a22222c2274657874223a22616e737765726564222c227468756d626e61696c223a22222c2274797065223a2274657874227d2c226d7365635f74696d657374616d70223a313739353136353230303030302c227265636569766572223a7b22636c69656e745f6964223a2232383232656461642d393335342d353063652d623565362d313835333234663463366632222c22656d61696c223a22222c226964223a2264643761656436302d306130632d343138312d623333612d656361653131383235383336222c2270686f6e65223a22227d2c2273656e646572223a7b226964223a2263333530386565352d373034622d346537362d393564322d316238366436613461336565227d2c22736f75726365223a7b2265787465726e616c5f6964223a22737570706f7274227d2c2274696d657374616d70223a313739353136353230307d2c2274696d65223a313739353136353230307d', '');
INSERT INTO public.raw_hook VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05a3d4d1b527', 'amocrm', '344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306', 1795165200000, '{}', '\x7b226163636f756e745f6964223a2230323936323131322d346166362d346338392d613835342d316462353634393830333036222c226d657373616765223a7b22636f6e766572736174696f6e223a7b22636c69656e745f6964223a2239313763643237342d383838632d353463642d393366352d396530636630306139323639222c226964223a2237303137323131362d616566392d346231332d386665332d333636656362633935626535227d2c226d657373616765223a7b2266696c655f6e616d65223a22222c2266696c655f73697a65223a302c226964223a2266613830333730312d323535302d346231342d386236632d343038363539613538643464222c226d65646961223a22222c22746167223a22222c2274657874223a2268656c64222c227468756d626e61696c223a22222c2274797065223a2274657874227d2c226d7365635f74696d657374616d70223a313739353136353230303030302c227265636569766572223a7b22636c69656e745f6964223a2264303135303634332d346163642d353733652d613561322d313335656538316230336637222c22656d61696c223a22222c226964223a2264376264393037322d373436362d343363382d383039642d313438613730623562623035222c2270686f6e65223a22227d2c2273656e646572223a7b226964223a2263333530386565352d373034622d346537362d393564322d316238366436613461336565227d2c22736f75726365223a7b2265787465726e616c5f6964223a22706175736564227d2c2274696d657374616d70223a313739353136353230307d2c2274696d65223a313739353136353230307d', '');
INSERT INTO public.raw_hook VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05b2c24bdbf9', 'amocrm', '344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306', 1795165200000, '{}', '\x7b226163636f756e745f6964223a2230323936323131322d346166362d346338392d613835342d316462353634393830333036222c226d657373616765223a7b22636f6e766572736174696f6e223a7b22636c69656e745f6964223a2232616464313434662d626335372d353030622d613161652d613239316436633961373833222c226964223a2239313030623730382d356132622d343561302d613063352d363565353363613766316536227d2c226d657373616765223a7b2266696c655f6e616d65223a22222c2266696c655f73697a65223a302c226964223a2265633733663262632d396665642d343263622d386166372d633063383337346465363062222c226d65646961223a22222c22746167223a22222c2274657874223a2271756575656420616e73776572222c227468756d626e61696c223a22222c2274797065223a2274657874227d2c226d7365635f74696d657374616d70223a313739353136353230303030302c227265636569766572223a7b22636c69656e745f6964223a2232383232656461642d393335342d353063652d623565362d313835333234663463366632222c22656d61696c223a22222c226964223a2264643761656436302d306130632d343138312d623333612d656361653131383235383336222c2270686f6e65223a22227d2c2273656e646572223a7b226964223a2263333530386565352d373034622d346537362d393564322d316238366436613461336565227d2c22736f75726365223a7b2265787465726e616c5f6964223a22737570706f7274227d2c2274696d657374616d70223a313739353136353230307d2c2274696d65223a313739353136353230307d', '');
INSERT INTO public.rest_pace VALUES ('00000000-0000-0000-0000-000000000000', 'acme.amocrm.ru', 1795165200005);
INSERT INTO public.seaql_migrations VALUES ('m20261122_000001_schema', 1795626890);
INSERT INTO public.source VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'custom', 'Line support', 'support', '344a5002-f8ca-454d-af3d-396180102ac7', 3100001, 28620110, false, 'working', '', false, 'leave', '[]', '{"webhook_url":"http://messenger.invalid"}', '\x0177ca82acf91b4737048da4a2ffe3c5883fb9b317940db81f328b74c05f94111df8fb559e0d2b38fb7701b506961cfa64e59ce42d2cd9773bd0bcf1847b2e0852411daef09cc706f7a532eb69b97f3e51ef9fb869829583409c818a351c1abbfbeb2a04c301141a', 1795165200000, 1795165200000, NULL, 1795165200000, '', 1795165200000, '[]', '{}', NULL, NULL, NULL, true, '');
INSERT INTO public.source VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', 'custom', 'Line paused', 'paused', '344a5002-f8ca-454d-af3d-396180102ac7', 3100002, 28620110, false, 'working', '', true, 'leave', '[]', '{"webhook_url":"http://messenger.invalid"}', '\x0177ca82ac74e0daa89076ddff52137f521d2a7909e9fb5e42539ab498bc17531f9322b9c2381f962a62cb643cfedb913287201245fb3d680b74e2cf542be8a3d2541ae2c51313891b98404556adfa385603ff30ac20c14cb8b9689c2dbada9cc2386b0de1dfb7e7', 1795165200000, 1795165200001, NULL, 1795165200000, 'admin key of the tests', 1795165200000, '[]', '{}', NULL, NULL, NULL, true, '');
INSERT INTO public.source_notice VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', '01a1f82f-1e80-71a2-be43-05a215012003', false, '\x', 1795165200000, 1795165200000, 0, false);
INSERT INTO public.tenant VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', 'main', 89094562, 'acme.amocrm.ru', 'Acme', '02962112-4af6-4c89-a854-1db564980306', 'active', false, NULL, 'api-a.amocrm.ru', 1795165200000, 1795165200000, NULL, 'ru', 'Europe/Moscow', 1795255200000, 0, NULL, NULL, NULL, 1, NULL, 0, NULL, NULL, NULL, NULL, false, false, NULL, NULL, NULL, false, NULL);
INSERT INTO public.tenant_channel VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', '344a5002-f8ca-454d-af3d-396180102ac7_02962112-4af6-4c89-a854-1db564980306', 'connected', '', 1795165200000, 1795165200000, NULL, 0, NULL, 0);
INSERT INTO public.turn VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05921a328745', 'webhooks', NULL, 0, 0, 'held:paused', 0, NULL, 0, 0, 0, 0, 0, 0);
INSERT INTO public.turn VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '344a5002-f8ca-454d-af3d-396180102ac7', 'amojo:main', 1795165200000, 494000, 1795165200000, '', 2, NULL, 0, 250000, 1795165200000, 5, 2, 1795165200000);
INSERT INTO public.turn VALUES ('01a1f82f-1e80-71a2-be43-058f27bfebbb', '01a1f82f-1e80-71a2-be43-05902093bd0f', 'webhooks', 1795165200000, 999000, 1795165200000, '', 0, NULL, 0, 0, 0, 1, 0, 1795165200000);
ALTER TABLE ONLY public.account_month
    ADD CONSTRAINT account_month_pkey PRIMARY KEY (tenant_id, month);
ALTER TABLE ONLY public.account_note
    ADD CONSTRAINT account_note_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.account_usage
    ADD CONSTRAINT account_usage_pkey PRIMARY KEY (tenant_id, day);
ALTER TABLE ONLY public.alert_chat
    ADD CONSTRAINT alert_chat_pkey PRIMARY KEY (tenant_id, person_id);
ALTER TABLE ONLY public.alert_device
    ADD CONSTRAINT alert_device_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.alert_notice
    ADD CONSTRAINT alert_notice_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (tenant_id, key);
ALTER TABLE ONLY public.alert_reader
    ADD CONSTRAINT alert_reader_pkey PRIMARY KEY (tenant_id, person_id, channel);
ALTER TABLE ONLY public.alert_webhook
    ADD CONSTRAINT alert_webhook_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.announcement
    ADD CONSTRAINT announcement_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (tenant_id, message_id, letter_id, number);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.chat_email
    ADD CONSTRAINT chat_email_pkey PRIMARY KEY (tenant_id, conversation_id);
ALTER TABLE ONLY public.chat_logo
    ADD CONSTRAINT chat_logo_pkey PRIMARY KEY (tenant_id, source_id);
ALTER TABLE ONLY public.chat_site
    ADD CONSTRAINT chat_site_pkey PRIMARY KEY (tenant_id, source_id, origin);
ALTER TABLE ONLY public.chore
    ADD CONSTRAINT chore_pkey PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.contact_task
    ADD CONSTRAINT contact_task_pkey PRIMARY KEY (tenant_id, conversation_id);
ALTER TABLE ONLY public.conversation_alias
    ADD CONSTRAINT conversation_alias_pkey PRIMARY KEY (tenant_id, side, origin, external_id);
ALTER TABLE ONLY public.conversation
    ADD CONSTRAINT conversation_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.crm_copy
    ADD CONSTRAINT crm_copy_pkey PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.crm_subscription
    ADD CONSTRAINT crm_subscription_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.dedupe
    ADD CONSTRAINT dedupe_pkey PRIMARY KEY (tenant_id, origin, external_id, event);
ALTER TABLE ONLY public.directory
    ADD CONSTRAINT directory_pkey PRIMARY KEY (kind, key);
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.found_message
    ADD CONSTRAINT found_message_pkey PRIMARY KEY (tenant_id, message_id);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (tenant_id, instance);
ALTER TABLE ONLY public.history_look
    ADD CONSTRAINT history_look_pkey PRIMARY KEY (tenant_id, channel_id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (tenant_id, key_id, route, key);
ALTER TABLE ONLY public.import_line
    ADD CONSTRAINT import_line_pkey PRIMARY KEY (tenant_id, import_id, external_id);
ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.import_skip
    ADD CONSTRAINT import_skip_pkey PRIMARY KEY (tenant_id, import_id, line);
ALTER TABLE ONLY public.install_call
    ADD CONSTRAINT install_call_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.integration
    ADD CONSTRAINT integration_pkey PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.lane
    ADD CONSTRAINT lane_pkey PRIMARY KEY (tenant_id, lane_id);
ALTER TABLE ONLY public.ledger_delta
    ADD CONSTRAINT ledger_delta_pkey PRIMARY KEY (tenant_id, source_id, direction, day, instance);
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT letter_pkey PRIMARY KEY (tenant_id, lane_id, order_key, seq);
ALTER TABLE ONLY public.media
    ADD CONSTRAINT media_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (tenant_id, person_id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.message_template
    ADD CONSTRAINT message_template_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.migration_guard
    ADD CONSTRAINT migration_guard_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.oauth_grant
    ADD CONSTRAINT oauth_grant_pkey PRIMARY KEY (tenant_id, crm_user_id);
ALTER TABLE ONLY public.origin_task
    ADD CONSTRAINT origin_task_pkey PRIMARY KEY (tenant_id, conversation_id);
ALTER TABLE ONLY public.pace
    ADD CONSTRAINT pace_pkey PRIMARY KEY (tenant_id, key);
ALTER TABLE ONLY public.parked_status
    ADD CONSTRAINT parked_status_pkey PRIMARY KEY (tenant_id, source_id, external_id, id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.push_key
    ADD CONSTRAINT push_key_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.raw_hook
    ADD CONSTRAINT raw_hook_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.replay
    ADD CONSTRAINT replay_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.rest_pace
    ADD CONSTRAINT rest_pace_pkey PRIMARY KEY (tenant_id, account);
ALTER TABLE ONLY public.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.source_notice
    ADD CONSTRAINT source_notice_pkey PRIMARY KEY (tenant_id, source_id);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.source_pulse
    ADD CONSTRAINT source_pulse_pkey PRIMARY KEY (tenant_id, source_id);
ALTER TABLE ONLY public.stray_source
    ADD CONSTRAINT stray_source_pkey PRIMARY KEY (tenant_id, amocrm_source_id);
ALTER TABLE ONLY public.tenant_channel
    ADD CONSTRAINT tenant_channel_pkey PRIMARY KEY (tenant_id, channel_id);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT tenant_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT throttle_pkey PRIMARY KEY (tenant_id, key);
ALTER TABLE ONLY public.turn
    ADD CONSTRAINT turn_pkey PRIMARY KEY (tenant_id, target);
ALTER TABLE ONLY public.vault_key
    ADD CONSTRAINT vault_key_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.vendor_event_attempt
    ADD CONSTRAINT vendor_event_attempt_pkey PRIMARY KEY (tenant_id, event_id, number);
ALTER TABLE ONLY public.vendor_event
    ADD CONSTRAINT vendor_event_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX alert_chat_code ON public.alert_chat USING btree (tenant_id, code) WHERE (code <> ''::text);
CREATE UNIQUE INDEX alert_device_endpoint ON public.alert_device USING btree (tenant_id, endpoint_hash);
CREATE INDEX alert_device_person ON public.alert_device USING btree (tenant_id, person_id);
CREATE INDEX alert_letter ON public.alert USING btree (letter_at) WHERE (letter_at IS NOT NULL);
CREATE INDEX alert_notice_due ON public.alert_notice USING btree (next_try_at);
CREATE INDEX announcement_ends ON public.announcement USING btree (tenant_id, ends_at);
CREATE INDEX attempt_slow ON public.attempt USING btree (tenant_id, message_id) WHERE (took > 2000);
CREATE INDEX attempt_webhook ON public.attempt USING btree (tenant_id, source_id, id) WHERE (event <> ''::text);
CREATE INDEX chat_email_due ON public.chat_email USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX contact_task_due ON public.contact_task USING btree (next_try_at);
CREATE INDEX conversation_awaited ON public.conversation USING btree (tenant_id, source_id, awaited) WHERE (awaited <> ''::text);
CREATE INDEX conversation_contact ON public.conversation USING btree (tenant_id, contact_id) WHERE (contact_id <> 0);
CREATE INDEX conversation_crm_chat ON public.conversation USING btree (tenant_id, amocrm_chat_id) WHERE (contact_id <> 0);
CREATE INDEX conversation_phone ON public.conversation USING btree (tenant_id, phone_hash) WHERE (phone_hash <> ''::text);
CREATE INDEX conversation_source ON public.conversation USING btree (tenant_id, source_id, id);
CREATE INDEX crm_subscription_due ON public.crm_subscription USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX history_look_due ON public.history_look USING btree (next_at);
CREATE INDEX import_due ON public.import USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX import_line_order ON public.import_line USING btree (tenant_id, import_id, accepted, conversation_id, sent_at, line);
CREATE UNIQUE INDEX import_running ON public.import USING btree (tenant_id, target) WHERE (state = 2);
CREATE INDEX install_call_due ON public.install_call USING btree (tenant_id, status, next_at);
CREATE INDEX lane_due ON public.lane USING btree (tenant_id, target, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX ledger_delta_all_day ON public.ledger_delta USING btree (day);
CREATE INDEX ledger_delta_day ON public.ledger_delta USING btree (tenant_id, day);
CREATE INDEX media_day ON public.media USING btree (day);
CREATE INDEX media_message ON public.media USING btree (tenant_id, message_id);
CREATE INDEX media_wanted ON public.media USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX member_crm_user ON public.member USING btree (tenant_id, crm_user_id);
CREATE INDEX message_conversation ON public.message USING btree (tenant_id, conversation_id, id);
CREATE INDEX message_failed ON public.message USING btree (tenant_id, id) WHERE (error <> ''::text);
CREATE UNIQUE INDEX message_template_crm ON public.message_template USING btree (tenant_id, source_id, crm_id);
CREATE INDEX message_template_due ON public.message_template USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX origin_task_due ON public.origin_task USING btree (next_try_at);
CREATE INDEX replay_due ON public.replay USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX session_expires ON public.session USING btree (tenant_id, expires_at);
CREATE UNIQUE INDEX source_external_id ON public.source USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL);
CREATE INDEX source_look ON public.source USING btree (look_at) WHERE (look_at IS NOT NULL);
CREATE INDEX source_notice_due ON public.source_notice USING btree (next_try_at);
CREATE INDEX source_poll ON public.source USING btree (poll_at) WHERE (poll_at IS NOT NULL);
CREATE INDEX source_renew ON public.source USING btree (renew_at) WHERE (renew_at IS NOT NULL);
CREATE INDEX tenant_customer ON public.tenant USING btree (customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX tenant_plan ON public.tenant USING btree (plan_at) WHERE (plan_at IS NOT NULL);
CREATE INDEX tenant_probe ON public.tenant USING btree (probe_at) WHERE (probe_at IS NOT NULL);
CREATE INDEX tenant_reconciled ON public.tenant USING btree (reconciled_at);
CREATE INDEX turn_pool ON public.turn USING btree (pool, ready_at, tenant_id, target) WHERE (ready_at IS NOT NULL);
CREATE INDEX vendor_event_about ON public.vendor_event USING btree (tenant_id, about_id, webhook, queued_at);
CREATE INDEX vendor_event_due ON public.vendor_event USING btree (tenant_id, webhook, next_try_at) WHERE (next_try_at IS NOT NULL);
