//! Writes where a customer came from into the lead of the conversation: campaign parameters of a page, the payload of a
//! link, the advertisement.
//!
//! ```text
//! a new origin ─▶ plan, in the same commit ─▶ contact of the chat ─▶ its lead ─▶ empty tracking fields are filled
//!                   ▲                            │ none yet, or it     │          └▶ what has no field: one note
//!                   └── later, up to 30 days ────┘ waits for a person ─┘
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use amocrm::rest::{CustomField, Field, Lead};
use base::i18n::Words;
use base::message::{Visit, Visits};
use connectors::incoming::AdvertIds;
use entity::{conversation, job, source};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use url::form_urlencoded;
use uuid::Uuid;

use crate::job::{NewJob, NextRun, schedule};
use crate::lead_note;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// The kind's name.
pub const KIND: &str = "lead_origins";
/// Stores that a conversation has a new origin, if its source writes origins into leads. To be called in the transaction
/// that stores the origin, and only if it changed: what is written once is not written again.
pub async fn plan(
    db: &impl ConnectionTrait,
    now: i64,
    source: &source::Model,
    conversation_id: Uuid,
) -> Result<(), DbErr> {
    if !source.lead_origin || source.is_shadow() {
        return Ok(());
    }
    let first = now + lead_note::FIRST.num_milliseconds();
    schedule(db, now, NewJob::new(source.tenant_id, KIND, conversation_id, first)).await
}

/// An attempt: the lead may not exist yet.
pub async fn write_origin(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let id: Uuid = job.key.parse()?;
    let known = conversation::Entity::find_by_id((job.tenant_id, id)).one(app.store.read()).await?;
    let source = match &known {
        Some(known) => app.lookup.source(known.source_id).await?,
        None => None,
    };
    let wanted = known.zip(source.filter(|source| source.lead_origin));
    let Some((origin, known)) = wanted.and_then(|(known, _)| Some((Origin::stored(&known.visit)?, known))) else {
        return Ok(NextRun::Never);
    };
    if into_lead(app, &known, &origin).await? {
        return Ok(NextRun::Never);
    }
    let later = lead_note::later(app.clock.millis(), job, lead_note::MOST_WAIT);
    if later == NextRun::Never {
        tracing::info!(tenant.id = %job.tenant_id, conversation.id = %id, "no lead was made or accepted for a chat; its customer's origin is in the panel only");
    }
    Ok(later)
}

/// False if there is no lead yet.
async fn into_lead(app: &Arc<TenantContext>, known: &conversation::Model, origin: &Origin) -> anyhow::Result<bool> {
    let Some(lead) = lead_note::open_lead(app, known).await? else { return Ok(false) };
    let Some(tenant) = app.lookup.tenant(known.tenant_id).await? else { return Ok(false) };
    let words = Words::new(crate::tenant::language(&app.integrations, &tenant));
    fill(app, tenant.tenant_id, &lead, origin, words).await?;
    Ok(true)
}

/// The pages of fields that are read, of 250 each.
const PAGES: u32 = 4;

/// Fills the empty tracking fields, then adds one note with what has no field. Safe to repeat.
async fn fill(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    lead: &Lead,
    origin: &Origin,
    words: Words,
) -> Result<(), CallError> {
    let plan = origin.plan(&fields(app, tenant_id).await?, lead);
    if !plan.fields.is_empty() {
        set(app, tenant_id, lead.id, &plan.fields).await?;
    }
    let note = origin.note(&plan.rest, words);
    lead_note::add_missing(app, tenant_id, lead.id, note.into_iter().collect(), words).await
}

/// The custom fields of the account's leads.
async fn fields(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Vec<CustomField>, CallError> {
    let mut all = Vec::new();
    for number in 1..=PAGES {
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.custom_fields(&token, number).await };
        let page = with_token(app, tenant_id, ask).await?;
        all.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    Ok(all)
}

async fn set(app: &Arc<TenantContext>, tenant_id: Uuid, lead_id: i64, fields: &[Field]) -> Result<(), CallError> {
    let set = |rest: amocrm::rest::Rest, token| {
        let fields = fields.to_vec();
        async move { rest.set_lead_fields(&token, lead_id, &fields).await }
    };
    with_token(app, tenant_id, set).await
}

/// Begins the names of campaign parameters.
const MARK: &str = "utm_";
/// The tracking field of the page before the site.
const REFERRER: &str = "referrer";

/// Where a customer came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Campaign parameters and clicks with their full names (`utm_source`, `yclid`).
    marks: BTreeMap<String, String>,
    /// The payload of a link, or an advertisement, as the messenger reported it.
    tag: Option<String>,
    /// The advertisement as its network knows it.
    advert: AdvertIds,
    page: Option<String>,
    referrer: Option<String>,
}

/// What is to be written into a lead.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// Values of fields that are empty.
    pub fields: Vec<Field>,
    /// Parameters without a field of their own, or whose field has another value. They belong into a note.
    pub rest: Vec<(String, String)>,
}

impl Origin {
    /// Reads a conversation's stored origin; none if there is nothing to tell a lead.
    pub fn stored(text: &str) -> Option<Self> {
        match Visits::stored(text) {
            Some(visits) => Self::of_visits(visits),
            None if text.is_empty() => None,
            None => Some(Self::of_tag(text)),
        }
    }

    /// Campaign parameters with their full names (`utm_source`).
    pub fn campaign(&self) -> &BTreeMap<String, String> {
        &self.marks
    }

    /// The payload of a link, or an advertisement, as the messenger reported it.
    pub fn referral(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The ids of the advertisement that led to a messenger.
    pub fn advert(&self) -> &AdvertIds {
        &self.advert
    }

    /// Whether it is another origin than that before: another campaign or another link, not just another page.
    pub fn differs(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| (&before.marks, &before.tag) != (&self.marks, &self.tag))
    }

    /// The latest visit that came by a campaign. Pages alone are no origin: every visit has one.
    fn of_visits(visits: Visits) -> Option<Self> {
        let by_campaign = |visit: &Visit| !visit.marks.is_empty() || !visit.clicks.is_empty();
        let visit = [visits.last, visits.first].into_iter().find(by_campaign)?;
        let named = |(name, value): (String, String)| (format!("{MARK}{name}"), value);
        Some(Self {
            marks: visit.marks.into_iter().map(named).chain(visit.clicks).collect(),
            tag: None,
            advert: AdvertIds::default(),
            page: Some(visit.url),
            referrer: Some(visit.referrer).filter(|referrer| !referrer.is_empty()),
        })
    }

    /// A link's payload can contain campaign parameters as an address does.
    fn of_tag(tag: &str) -> Self {
        let (payload, advert) = AdvertIds::split(tag);
        let parameters: BTreeMap<String, String> =
            form_urlencoded::parse(payload.trim_start_matches('?').as_bytes()).into_owned().collect();
        if parameters.iter().any(|(name, value)| name.starts_with(MARK) && !value.is_empty()) {
            let marks = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            return Self { marks, advert, ..Self::default() };
        }
        Self { tag: Some(tag.to_owned()), advert, ..Self::default() }
    }

    /// What of it is missing in a lead of an account with these fields. Values that are there stay.
    fn plan(&self, fields: &[CustomField], lead: &Lead) -> Plan {
        let mut plan = Plan::default();
        let referrer = self.referrer.iter().map(|referrer| (REFERRER, referrer, false));
        let marks = self.marks.iter().map(|(name, value)| (name.as_str(), value, true));
        for (name, value, is_noted) in marks.chain(referrer) {
            let field = fields.iter().find(|field| is_for(field, name));
            let has = field.and_then(|field| text_of(lead, field));
            match (field, has) {
                (Some(field), None) => plan.fields.push(Field::text(field.id, value)),
                (Some(_), Some(has)) if has == *value => {}
                // A note always names the referrer.
                _ if is_noted => plan.rest.push((name.to_owned(), value.clone())),
                _ => {}
            }
        }
        plan
    }

    /// The note about what could not be written into fields; none if all could.
    fn note(&self, rest: &[(String, String)], words: Words) -> Option<String> {
        if rest.is_empty() && self.tag.is_none() {
            return None;
        }
        let line = |key: &'static str, text: &String| format!("{}: {text}", words.text(key));
        let lines = std::iter::once(words.text("lead-origin-title").to_string())
            .chain(self.tag.iter().map(|tag| line("conversation-visit", tag)))
            .chain(rest.iter().map(|(name, value)| format!("{name}: {value}")))
            .chain(self.page.iter().map(|page| line("lead-origin-page", page)))
            .chain(self.referrer.iter().map(|referrer| line("conversation-referrer", referrer)));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Whether a field is the tracking field of this name.
fn is_for(field: &CustomField, name: &str) -> bool {
    let named = field.code.as_deref().unwrap_or(&field.name);
    field.kind == CustomField::TRACKING_DATA && named.eq_ignore_ascii_case(name)
}

fn text_of(lead: &Lead, field: &CustomField) -> Option<String> {
    lead.fields.iter().find(|one| one.id == Some(field.id))?.texts().next()
}

#[cfg(test)]
mod tests {

    use super::*;

    fn visits(first: &[(&str, &str)], last: &[(&str, &str)]) -> String {
        let visit = |marks: &[(&str, &str)]| Visit {
            url: "https://shop.example/".into(),
            marks: marks.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
            ..Visit::default()
        };
        let visits = Visits { first: visit(first), last: visit(last), ..Visits::default() };
        serde_json::to_string(&visits).unwrap()
    }

    #[test]
    fn the_latest_campaign_counts_and_a_page_alone_is_none() {
        let marks = |text: &str| Origin::stored(text).map(|origin| origin.marks.into_values().collect::<Vec<_>>());
        assert_eq!(marks(&visits(&[("source", "mail")], &[])), Some(vec!["mail".to_owned()]));
        assert_eq!(marks(&visits(&[("source", "mail")], &[("source", "ad")])), Some(vec!["ad".to_owned()]));
        assert_eq!(marks(&visits(&[], &[])), None);
        assert_eq!(marks(""), None);
    }

    #[test]
    fn a_payload_is_a_tag_unless_it_has_campaign_parameters() {
        assert_eq!(Origin::stored("lead_77-A").unwrap().tag.as_deref(), Some("lead_77-A"));
        let origin = Origin::stored("utm_source=vk&utm_term=&x=1").unwrap();
        let marks: Vec<_> = origin.marks.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((marks, origin.tag), (vec![("utm_source", "vk"), ("x", "1")], None));
        let advert =
            Origin::stored("Bikes · ad 12 · https://fb.me/1?utm_source=a&utm_term=b · ctwa_clid=ARA-1").unwrap();
        let ids = AdvertIds { ad_id: Some("12".into()), ctwa_clid: Some("ARA-1".into()) };
        assert_eq!((advert.marks.len(), advert.tag.is_some(), advert.advert), (0, true, ids));
    }
}
