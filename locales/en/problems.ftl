## API problem titles

problem-malformed_json = The body cannot be read
problem-validation = Some fields need a correction
problem-unauthorized = The key is missing, revoked or wrong
problem-forbidden = The key’s scope does not allow this
problem-not_found = Nothing with this id
problem-method_not_allowed = This address does not take this method
problem-message_conflict = A message with this id exists and differs
problem-idempotency_running = The first request with this Idempotency-Key is still running
problem-source_limit = All sources of the account are used
problem-external_id_taken = This external_id is already a source
problem-not_from_crm = Status can be set only for messages that came from amoCRM
problem-too_large = The request is too large
problem-media_type = Send application/json
problem-rate_limited = Too many requests, see Retry-After
problem-provisioning = The account is still being set up
problem-tenant_inactive = The account is not active
problem-wrong_account = amojo_id belongs to another account
problem-wrong_credentials = Login or password did not match
problem-not_admin = Only an administrator of the account may do this
problem-too_many_tries = Too many tries
problem-unavailable = Parom cannot do this right now, repeat later
problem-internal = Parom’s own error, nothing is stored
problem-tenant_active = The account is in use
problem-not_deleted_in_crm = The source is there in { $crm }
problem-no_webhook = The source has no webhook secret
