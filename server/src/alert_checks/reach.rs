//! Sides that do not answer: amoCRM for an account, a messenger for a source.

use base::millis::MINUTE;
use serde_json::json;

use super::findings::{Finding, Findings};
use super::page::Page;
use crate::alert;
use crate::usage::UsageContext;

/// Adds what does not answer. All sources of an account have one amoCRM, so that is one finding.
pub(super) fn look(app: &UsageContext, page: &Page, findings: &mut Findings) {
    let now = app.clock.millis();
    // In whole minutes, or the alert would be written again all the time.
    let lasts = |since: i64| (now - since).max(0) / (5 * MINUTE) * (5 * MINUTE);
    for tenant in page.served() {
        let tenant_id = tenant.tenant_id;
        let away = page.sources_of(tenant_id).find_map(|source| page.away(tenant_id, source.channel_id));
        if let Some(turn) = away {
            let known = page.alert(tenant_id, alert::CRM_UNREACHABLE, "").map(|open| open.opened_at);
            let since = turn.failing_since.or(known).unwrap_or(now);
            let detail = json!({ "duration": lasts(since).max(5 * MINUTE) });
            findings.add(Finding { tenant_id, kind: alert::CRM_UNREACHABLE, source_id: None, detail });
        }
        for source in page.sources_of(tenant_id).filter(|source| !source.paused && source.status != "stopped") {
            let Some(turn) = page.away(tenant_id, source.id) else { continue };
            let detail = json!({ "source": source.name, "connector": source.kind, "at": turn.failing_since });
            let kind = alert::MESSENGER_UNREACHABLE;
            findings.add(Finding { tenant_id, kind, source_id: Some(source.id), detail });
        }
    }
}
