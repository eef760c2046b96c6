-- Run once on the coordinator of a Citus cluster, after `parom migrate` and before the first start: every table whose rows
-- belong to an account is spread by tenant_id, all rows of an account on one node. tests/it/schema.rs holds this list against
-- the schema; docs/operations.md says what else a distributed PostgreSQL needs.

SELECT create_distributed_table('tenant', 'tenant_id');
SELECT create_distributed_table('account_month', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('account_note', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('account_usage', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert_chat', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert_device', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert_notice', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert_reader', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('alert_webhook', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('announcement', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('api_key', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('attempt', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('audit', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('chat_email', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('chat_logo', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('chat_photo', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('chat_site', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('chore', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('consent', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('contact_link', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('contact_task', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('conversation', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('conversation_alias', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('crm_copy', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('crm_subscription', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('customer', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('dead_letter', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('dedupe', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('erasure', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('found_message', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('heartbeat', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('rest_pace', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('histogram', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('history_look', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('idempotency', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('import', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('import_line', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('import_skip', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('install_call', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('integration', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('job', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('lane', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('ledger_delta', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('letter', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('media', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('marketing_consent', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('member', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('message', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('oauth_grant', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('pace', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('origin_task', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('parked_status', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('person', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('push_key', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('raw_hook', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('replay', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('route_decision', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('route_turn', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('route_version', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('sale', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('sale_target', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('saved_view', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('session', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('source', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('source_notice', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('source_pulse', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('status_day', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('stray_source', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('message_template', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('tenant_channel', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('throttle', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('turn', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('vault_key', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('vendor_event', 'tenant_id', colocate_with => 'tenant');
SELECT create_distributed_table('vendor_event_attempt', 'tenant_id', colocate_with => 'tenant');

-- Read before the account is known, by every request: a copy on every node.
SELECT create_reference_table('directory');

-- seaql_migrations and migration_guard stay where they are: local tables of the coordinator.
