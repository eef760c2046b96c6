## Widget: what the server says

problem-conflict = This conflicts with existing data
problem-session_ended = The session has ended
problem-bad_token = Your identity could not be confirmed
problem-foreign_page = This page may not call Parom
problem-changed_meanwhile = Someone else has changed this
problem-crm_refused = { $crm } refused
problem-crm_unpaid = { $crm } is not paid
problem-crm_blocked = { $crm } has blocked the account
problem-crm_limit = { $crm } accepts no more sources
problem-channel_not_connected = The chat channel is not connected
problem-no_source = There is no source yet
problem-deleted_in_crm = The source was deleted
widget-said-session_ended = The session has ended. Open the window again.
widget-said-bad_token = { $crm } did not confirm who you are. Reload the page.
widget-said-foreign_page = Open the widget inside your { $crm } account.
widget-said-provisioning = { $crm } has just installed the integration. Parom is finishing the setup, which takes less than a minute.
widget-said-not_admin = Only an administrator of the { $crm } account can do this.
widget-said-wrong_credentials = The login or password did not match. Check the keyboard layout and Caps Lock.
widget-said-wrong_account = This window belongs to another { $crm } account. Reload the page.
widget-said-too_many_tries =
    Too many attempts. The next one is possible in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
widget-said-rate_limited =
    Too many requests at once. Wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
widget-said-logins_away =
    The service that checks logins is not answering. Try again in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
widget-said-unavailable =
    Not possible right now. Nothing has changed. Try again in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
widget-said-internal = Parom failed to do this. Messages are not affected. Try again, then write to support.
widget-said-not_found = This is no longer there. Perhaps it was deleted: reload the window.
widget-said-validation = Some fields need correcting.
widget-said-source_limit = All sources are used. Delete one you no longer need.
widget-said-plan_kind = Your plan has no sources of this kind. Write to support to change it.
widget-said-external_id_taken = A source with this identifier already exists.
widget-said-tenant_inactive = Sources can be changed only while the account is connected and { $crm } lets Parom in.
widget-said-crm_refused = { $crm } refused this. It says: { $detail }
widget-said-crm_unpaid = { $crm } is not paid and refuses this. Nothing was changed: pay in { $crm }, then try again.
widget-said-crm_blocked = { $crm } has blocked this account. Nothing was changed: write to support, and try again when { $crm } lets you in.
widget-said-crm_limit = { $crm } accepts no more sources in this account. It says: { $detail }
widget-said-channel_not_connected = The chat channel is not connected to this account yet. Connect it first.
widget-said-no_source = Add a source first: it takes over from the one that { $crm } created.
widget-said-deleted_in_crm = This source was deleted in { $crm }. Create it there again first.
widget-said-idempotency_running = The same request is still running. Wait a moment.
widget-rights-unknown = { $crm } cannot say right now whether you are an administrator, so nothing can be changed. Open the window again in a minute.
widget-someone = Someone
