//! Complete rows with plain values for unit tests, so that each test states only what matters to it.

use sea_orm::prelude::Uuid;

use crate::{conversation, oauth_grant, source, tenant, tenant_channel};

/// An installed account.
pub fn tenant(tenant_id: Uuid) -> tenant::Model {
    tenant::Model {
        tenant_id,
        integration: "main".into(),
        account_id: 1,
        host: "acme.amocrm.ru".into(),
        name: "Acme".into(),
        amojo_id: String::new(),
        status: "active".into(),
        suspended: false,
        sources_limit: None,
        api_domain: None,
        created_at: 0,
        updated_at: 0,
        customer_id: None,
        language: String::new(),
        time_zone: String::new(),
        country: String::new(),
        probes: 0,
        reconciled_at: None,
        uninstalled_at: None,
        erased_at: None,
        weight: 1,
        texts_days: None,
        texts_days_at: 0,
        hooks_days: None,
        attempts_days: None,
        undelivered_days: None,
        audit_days: None,
        second_step: false,
        window_off: false,
        plan: None,
        trial_until: None,
        paid_until: None,
        plan_ended: false,
        routes_hours: None,
        bots_ask_until: None,
    }
}

/// A connected channel of an account.
pub fn channel(tenant_id: Uuid, channel_id: Uuid) -> tenant_channel::Model {
    tenant_channel::Model {
        tenant_id,
        channel_id,
        scope_id: format!("{channel_id}_amojo"),
        status: "connected".into(),
        detail: String::new(),
        connected_at: 0,
        checked_at: 0,
        next_try_at: None,
        tries: 0,
        renewed_at: None,
        losses: 0,
    }
}

/// A working source of an account.
pub fn source(tenant_id: Uuid, id: Uuid) -> source::Model {
    source::Model {
        tenant_id,
        id,
        kind: "custom".into(),
        name: "Support".into(),
        external_id: "support".into(),
        channel_id: Uuid::nil(),
        amocrm_source_id: 1,
        pipeline_id: 1,
        is_default: false,
        status: "working".into(),
        status_reason: String::new(),
        paused: false,
        contact_rule: "leave".into(),
        lead_origin: true,
        logo: String::new(),
        services: "[]".into(),
        settings: "{}".into(),
        secrets: None,
        created_at: 0,
        updated_at: 0,
        deleted_at: None,
        status_since: 0,
        paused_by: String::new(),
        proved_at: None,
        services_sent: String::new(),
        facts: "{}".into(),
        shadow_since: None,
        new_chats_per_hour: 0,
    }
}

/// A conversation without messages.
pub fn conversation() -> conversation::Model {
    conversation::Model {
        tenant_id: Uuid::nil(),
        id: Uuid::nil(),
        source_id: Uuid::nil(),
        external_id: String::new(),
        amocrm_chat_id: String::new(),
        contact: "{}".into(),
        created_at: 0,
        crm_person_id: String::new(),
        crm_unbound: false,
        awaited: String::new(),
        shared: 0,
        contact_id: 0,
        contact_name: String::new(),
        contact_why: String::new(),
        contact_seen_at: 0,
        visit: String::new(),
        shut_at: 0,
        reach_at: 0,
        moved_to: String::new(),
        heard_at: 0,
        free_until: 0,
        phone_hash: String::new(),
        blocked_at: 0,
        blocked_by: String::new(),
    }
}

/// The access of an administrator, which is in use.
pub fn grant() -> oauth_grant::Model {
    oauth_grant::Model {
        tenant_id: Uuid::nil(),
        crm_user_id: 1,
        is_admin: true,
        in_use: true,
        version: 1,
        access_token: vec![],
        refresh_token: vec![],
        previous_refresh_token: None,
        expires_at: 0,
        refreshed_at: 0,
        intent_at: None,
        dead: false,
        lease_owner: None,
        leased_until: 0,
        created_at: 0,
        user_name: "Olga".into(),
    }
}
