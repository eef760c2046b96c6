//! Sides that do not answer: amoCRM for an account, a messenger for a source.

use serde_json::json;

use super::findings::{Finding, Findings};
use super::page::Page;
use crate::alert;

/// Adds what does not answer. All sources of an account have one amoCRM, so that is one finding.
pub(super) fn look(page: &Page, findings: &mut Findings) {
    for tenant in page.served() {
        let tenant_id = tenant.tenant_id;
        let away = page.sources_of(tenant_id).find_map(|source| page.away(tenant_id, source.channel_id));
        if let Some(turn) = away {
            let (kind, detail) = (alert::CRM_UNREACHABLE, json!({ "at": turn.failing_since }));
            findings.add(Finding { tenant_id, kind, source_id: None, detail });
        }
        for source in page.sources_of(tenant_id).filter(|source| !source.paused && source.status != "stopped") {
            let Some(turn) = page.away(tenant_id, source.id) else { continue };
            let detail = json!({ "source": source.name, "connector": source.kind, "at": turn.failing_since });
            let kind = alert::MESSENGER_UNREACHABLE;
            findings.add(Finding { tenant_id, kind, source_id: Some(source.id), detail });
        }
    }
}
