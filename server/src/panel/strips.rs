//! Sentences above every page: the end of the subscription, limits that are nearly used up, and what the vendor announces.

use actix_web::HttpRequest;
use base::config::{Integration, Vendor};
use base::i18n::Words;
use entity::tenant;
use sea_orm::DbErr;

use super::notice::Tone;
use crate::alert::OpenAlerts;
use crate::announcements;
use crate::panel::PanelContext;
use crate::tenant::{TenantStatus, plan};
use crate::usage;

/// One sentence above the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    pub tone: Tone,
    pub text: String,
    /// The text of the link; empty if there is none.
    pub label: String,
    pub href: String,
}

/// Whose page it is, and in which language.
pub(super) struct StripReader<'page> {
    pub tenant: &'page tenant::Model,
    pub integration: Option<&'page Integration>,
    pub words: Words,
}

/// The strips of an account's page; none for the stream of events, which shows no page.
pub(super) async fn of(
    app: &PanelContext,
    request: &HttpRequest,
    reader: &StripReader<'_>,
    open: &OpenAlerts,
) -> Result<Vec<Strip>, DbErr> {
    let StripReader { tenant, integration, words } = *reader;
    if request.match_info().as_str() == "/panel/events" {
        return Ok(Vec::new());
    }
    let now = app.clock.millis();
    let support = Vendor::of(&app.config, integration).support_url;
    let strip = |tone, text: String, label: &'static str, href: &str| Strip {
        tone,
        text,
        label: if href.is_empty() { String::new() } else { words.text(label).to_string() },
        href: href.to_owned(),
    };
    // Where the account's state is the page's first card, the same sentence is not repeated above it.
    let is_on_page = TenantStatus::shown(tenant) == TenantStatus::PlanEnded
        && matches!(request.match_info().as_str(), "/panel" | "/panel/" | "/panel/account");
    let end = plan::ending(&app.config, tenant, now, words).filter(|_| !is_on_page).map(|(text, is_over)| {
        let tone = if is_over { Tone::Bad } else { Tone::Warn };
        strip(tone, text.to_string(), "common-contact-support", &support)
    });
    let limits = usage::limit_notices(&app.usage, tenant, &open.limits, words).await?.into_iter().map(|notice| {
        let tone = if notice.is_bad { Tone::Bad } else { Tone::Warn };
        strip(tone, notice.text.to_string(), "common-contact-support", &support)
    });
    let announced = app.usage.announced.to(&app.store, tenant).await?;
    let announced = announced.iter().map(|row| {
        strip(Tone::Wait, announcements::text(row, words.language()).to_owned(), "common-details", &row.link)
    });
    Ok(end.into_iter().chain(limits).chain(announced).collect())
}
