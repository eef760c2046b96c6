//! A complete account for unit tests, so that a test states only the fields it is about.

use entity::tenant;
use uuid::Uuid;

/// An installed account.
pub fn tenant(tenant_id: Uuid) -> tenant::Model {
    tenant::Model {
        tenant_id,
        integration: "main".into(),
        account_id: 1,
        host: "shop.amocrm.ru".into(),
        name: String::new(),
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
    }
}
