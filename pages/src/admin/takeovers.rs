//! Lines of all accounts that were taken over from other services, with their state.

use askama::Template;
use domain::source::takeover::{Takeover, TakeoverState};
use domain::takeover;
use entity::source;
use uuid::Uuid;

use super::accounts;
use super::operator::AdminVisitor;
use crate::panel::{Answer, AppData, PageContext, Tone, html};

/// The latest that are shown.
const MOST: u64 = 200;

#[derive(Template)]
#[template(path = "admin/takeovers.html")]
struct TakeoversPage {
    page: PageContext,
    rows: Vec<TakeoverRow>,
}

struct TakeoverRow {
    tenant_id: Uuid,
    host: String,
    source: String,
    kind: String,
    badge: String,
    /// Why it was undone; empty if it was not.
    failure: String,
    /// `<time>`.
    begun: String,
}

/// `GET /admin/takeovers`
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    let page = visitor.page("takeover-admin", "/admin/takeovers");
    let found = takeover::of_all(&app.sources, MOST).await?;
    let ids: Vec<Uuid> = found.iter().map(|(source, _)| source.tenant_id).collect();
    let tenants = accounts::by_ids(app.store.read(), &ids).await?;
    let row = |(source, taken): (source::Model, Takeover)| {
        let tone = match taken.state {
            TakeoverState::Switched => Tone::Ok,
            TakeoverState::RolledBack => Tone::Bad,
            TakeoverState::Returned => Tone::Off,
            TakeoverState::Switching | TakeoverState::RollingBack | TakeoverState::Returning => Tone::Odd,
        };
        let failure = taken.failure.as_ref().map(|(step, reason)| {
            let step = page.words.text_of("takeover-step-", step.as_str()).with("crm", page.crm).to_string();
            page.words
                .text("takeover-failed")
                .with("step", step)
                .with("reason", reason.in_words(page.words, page.crm))
                .to_string()
        });
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == source.tenant_id);
        TakeoverRow {
            tenant_id: source.tenant_id,
            host: tenant.map(|tenant| tenant.host.clone()).unwrap_or_default(),
            kind: page.words.text_of("connector-", &source.kind).to_string(),
            source: source.name,
            badge: page.badge(tone, page.words.text_of("takeover-state-", taken.state.as_str())),
            failure: failure.unwrap_or_default(),
            begun: page.stamp(&taken.begun_at),
        }
    };
    let shown = TakeoversPage { rows: found.into_iter().map(row).collect(), page: page.clone() };
    html(&page, &shown)
}
