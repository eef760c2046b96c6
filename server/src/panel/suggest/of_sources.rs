//! The settings of sources, found by their labels: those that all kinds have in common, and those of the source's kind.

use base::error::Result;
use connectors::Field;
use connectors::kinds::{has_own_server, is_web_chat};
use entity::source;

use super::Suggestion;
use super::settings::{FoundSetting, Typed};
use crate::panel::fields::name_of;
use crate::panel::{Member, PageContext, PanelContext, Right};
use crate::source::services::has_services;

/// Label and place below the source's page of what every source has.
const COMMON: &[(&str, &str)] = &[
    ("source-edit-name", "settings#f-name"),
    ("source-edit-pipeline", "settings#f-pipeline"),
    ("source-edit-default", "settings#f-default"),
    ("source-edit-contact", "settings#f-contact_rule"),
    ("source-edit-lead-origin", "settings#f-lead_origin"),
    ("source-pause", "settings#danger"),
    ("source-delete", "settings#danger"),
    ("source-tab-test", "test"),
];
/// The same of a custom messenger, of a chat on a site, and of a source with more than chats.
const OF_CUSTOM: &[(&str, &str)] = &[("webhooks-rotate", "secret")];
const OF_CHAT: &[(&str, &str)] =
    &[("wizard-web-logo", "access?tab=appearance#f-logo"), ("wizard-web-secret", "access?tab=install#secret")];
const OF_SERVICES: &[(&str, &str)] = &[("source-services", "services")];

/// The settings of the account's sources that fit; none for a reader who may not change them.
pub(super) async fn settings(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    typed: &Typed,
) -> Result<Vec<FoundSetting>> {
    if !member.may(Right::EditSources) {
        return Ok(Vec::new());
    }
    let all = crate::source::all(&app.sources, member.tenant_id).await?;
    Ok(all.iter().flat_map(|source| of_source(app, page, source, typed)).collect())
}

fn of_source(app: &PanelContext, page: &PageContext, source: &source::Model, typed: &Typed) -> Vec<FoundSetting> {
    let when = |is: bool, settings: &'static [(&'static str, &'static str)]| if is { settings } else { &[] };
    let fixed = [
        COMMON,
        when(has_own_server(&source.kind), OF_CUSTOM),
        when(is_web_chat(&source.kind), OF_CHAT),
        when(has_services(&app.sources, source), OF_SERVICES),
    ];
    let fixed = fixed.into_iter().flatten().map(|(key, place)| (*key, (*place).to_owned()));
    let stored = serde_json::from_str(&source.settings).unwrap_or_default();
    let kind = app.connectors.get(&source.kind).map_or(&[][..], |connector| connector.fields());
    let fields = crate::source::offered(app, kind, &stored);
    let of_kind = fields.iter().filter(|field| field.language.is_empty()).map(|field| (field.label, place_of(field)));
    fixed.chain(of_kind).filter_map(|(key, place)| found(page, source, typed, key, &place)).collect()
}

/// Where the form of a kind's settings has a field.
fn place_of(field: &Field) -> String {
    let tab = if field.section.is_empty() { String::new() } else { format!("?tab={}", field.section) };
    format!("access{tab}#f-{}", name_of(field))
}

fn found(
    page: &PageContext,
    source: &source::Model,
    typed: &Typed,
    key: &'static str,
    place: &str,
) -> Option<FoundSetting> {
    let label = page.words.text(key).with("crm", page.crm).to_string();
    let rank = typed.rank(page.words, key, &label, &source.name)?;
    let suggestion =
        Suggestion { href: format!("/panel/sources/{}/{place}", source.id), label, kind: source.name.clone() };
    Some(FoundSetting { rank, suggestion })
}
