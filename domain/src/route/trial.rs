//! What rules would do, before they do it: with a made-up message, a past one, or the last thousand. amoCRM is read, and
//! nothing is written there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::error::{Error, FieldError, Result};
use base::i18n::{LocalizedText, Zone};
use base::json::NumericId;
use base::message::{Body, Direction, State};
use base::millis::HOUR;
use base::phone::Phone;
use chrono::NaiveDateTime;
use entity::{conversation, message, tenant};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::carry::Enquiry;
use super::decide::{RuleName, Verdict, decide, explain};
use super::facts::{Arrival, CrmFacts, IncomingFact, LeadFact, has_templates, hours_at, language_of};
use super::plan::{Ask, RuleFault};
use super::rule::{CustomerKind, LeadKind};
use super::{Facts, RuleSet, crm, decision};
use crate::intake::IntakeContext;
use crate::intake::enquiry::is_written;
use crate::tenant::country;

/// Customers' messages that are looked through.
const MESSAGES: u64 = 1_000;
/// Ids in one statement.
const CHUNK: usize = 200;

/// A made-up message with what is known of its customer.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Imagined {
    /// The source that it comes to.
    pub source_id: Uuid,
    pub text: String,
    /// By the clocks of the account's time zone; null: now.
    #[schema(value_type = Option<String>, example = "2026-11-30T09:15:00")]
    pub local_time: Option<NaiveDateTime>,
    pub customer: Option<CustomerKind>,
    #[schema(example = "+34 611 222 333")]
    pub phone: Option<String>,
    pub campaign: BTreeMap<String, String>,
    pub referral: Option<String>,
    pub fields: BTreeMap<String, String>,
    /// Whether amoCRM has the contact already.
    pub is_known: bool,
    /// amoCRM's id of the user who is responsible for the contact and its lead.
    #[schema(value_type = Option<String>)]
    pub responsible: Option<NumericId>,
    pub lead: Option<LeadKind>,
}

/// What would happen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Trial {
    pub facts: Facts,
    pub verdict: Verdict,
    /// What amoCRM would be asked, in this order.
    pub asks: Vec<Ask>,
    /// Whether amoCRM said what it knows of the customer.
    pub crm_answered: bool,
}

/// `decided_at`: in the account's time zone; none: now.
async fn trial(
    app: &Arc<IntakeContext>,
    tenant: &tenant::Model,
    rules: &RuleSet,
    facts: Facts,
    decided_at: Option<NaiveDateTime>,
    crm_answered: bool,
) -> Result<Trial> {
    let mut presence = crm::presence(&app.sources, tenant, rules).await?;
    presence.turns = decision::turns(app.store.read(), tenant.tenant_id).await?;
    presence.now = decided_at.unwrap_or(presence.now);
    let verdict = explain(rules, &facts, &presence);
    let asks = verdict.plan.asks(&facts);
    Ok(Trial { facts, verdict, asks, crm_answered })
}

/// Tries a made-up message, which is decided about when it comes. 422 if its source is not the account's.
pub async fn imagined(
    app: &Arc<IntakeContext>,
    tenant: &tenant::Model,
    rules: &RuleSet,
    given: Imagined,
) -> Result<Trial> {
    let source = app.lookup.source(given.source_id).await?.filter(|source| source.tenant_id == tenant.tenant_id);
    let unknown = || Error::field("/source_id", LocalizedText::new("said-report-source"));
    let source = source.ok_or_else(unknown)?;
    let zone = Zone::named(&tenant.time_zone);
    let at = given.local_time.map_or_else(|| app.clock.millis(), |time| zone.millis_of(time));
    let phone = given.phone.as_deref().filter(|phone| !phone.trim().is_empty());
    let phone = phone.map(|text| {
        let wrong = || Error::Invalid(vec![FieldError::new("/phone", LocalizedText::new("said-phone"))]);
        Phone::parse(text, country(&app.integrations, tenant)).ok_or_else(wrong)
    });
    let lead = given.lead.unwrap_or(LeadKind::None);
    let responsible = given.responsible;
    let none = NumericId(0);
    let fact = |kind: LeadKind| (lead == kind).then_some(LeadFact { id: none, responsible, is_new: false });
    let facts = Facts {
        source_id: source.id,
        messenger: source.kind.clone(),
        has_templates: has_templates(app, &source.kind),
        local_time: zone.local_time(at),
        working_hours: hours_at(&source, at),
        language: language_of(&given.text).map(str::to_owned),
        country: phone.transpose()?.and_then(|phone| phone.country()),
        customer: Some(given.customer.unwrap_or(CustomerKind::New)),
        text: given.text,
        campaign: given.campaign,
        referral: given.referral,
        fields: given.fields,
        crm: CrmFacts {
            contact_id: given.is_known.then_some(none),
            is_known: given.is_known,
            contact_responsible: responsible,
            open_lead: fact(LeadKind::Open),
            closed_lead: fact(LeadKind::Closed),
            incoming: (lead != LeadKind::Open).then(IncomingFact::default),
            leads: BTreeSet::new(),
        },
    };
    let comes_at = facts.local_time;
    trial(app, tenant, rules, facts, Some(comes_at), true).await
}

/// Tries a past message as if it were decided about now: rules by its time, people by who is at work now. amoCRM's knowledge is
/// that of its decision, if it has one. 404 if there is no such message.
pub async fn past(app: &Arc<IntakeContext>, tenant: &tenant::Model, rules: &RuleSet, id: Uuid) -> Result<Trial> {
    let enquiry = Enquiry::read(app, tenant.tenant_id, id).await?;
    let enquiry = enquiry.filter(|one| one.message.direction == Direction::ToCrm.number()).ok_or(Error::NotFound)?;
    let facts = enquiry.facts(app);
    let made = decision::find(app.store.read(), tenant.tenant_id, id).await?;
    let crm = match made {
        Some(made) if made.facts.crm.contact_id.is_some() => Some(made.facts.crm),
        _ => enquiry.crm(app).await.ok(),
    };
    let crm_answered = crm.is_some();
    let facts = Facts { crm: crm.unwrap_or_default(), ..facts };
    trial(app, tenant, rules, facts, None, crm_answered).await
}

/// What rules would have done with the last messages, beside what was done.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Replay {
    /// Messages that were looked through.
    pub messages: usize,
    /// How many enquiries each rule would have got; an empty id: no rule.
    pub by_rule: BTreeMap<String, usize>,
    /// Enquiries that another rule decided about, or none.
    pub differing: usize,
    /// The enquiries, the newest first.
    pub enquiries: Vec<ReplayedEnquiry>,
}

/// One of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplayedEnquiry {
    pub message_id: Uuid,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// When its message was written, milliseconds since 1970.
    pub at: i64,
    /// The rule that decided then; null: none.
    pub then: Option<RuleName>,
    /// amoCRM's id of the user who became responsible then.
    #[schema(value_type = Option<String>)]
    pub then_responsible: Option<NumericId>,
    /// The rule that would decide.
    pub now: Option<RuleName>,
    #[schema(value_type = Option<String>)]
    pub now_responsible: Option<NumericId>,
    pub faults: Vec<RuleFault>,
    /// False: it is not known what amoCRM had then, so that conditions about contacts and leads could not hold.
    pub crm_known: bool,
}

impl ReplayedEnquiry {
    /// Whether another rule would decide than did, or none.
    pub fn differs(&self) -> bool {
        let id = |rule: &Option<RuleName>| rule.as_ref().map(|rule| rule.id.clone());
        id(&self.then) != id(&self.now)
    }
}

/// Replays the last thousand messages of customers.
pub async fn replay(app: &Arc<IntakeContext>, tenant: &tenant::Model, rules: &RuleSet) -> Result<Replay> {
    use message::Column;
    let (db, tenant_id) = (app.store.read(), tenant.tenant_id);
    let mut messages = message::Entity::of_tenant(tenant_id)
        .filter(Column::Direction.eq(Direction::ToCrm.number()))
        .filter(Column::State.ne(State::Shadow.number()))
        .order_by_desc(Column::Id)
        .limit(MESSAGES)
        .all(db)
        .await?;
    messages.reverse();
    let mut told = Replay { messages: messages.len(), ..Replay::default() };
    let Some(first) = messages.first().map(|message| message.id) else { return Ok(told) };
    let ids: BTreeSet<Uuid> = messages.iter().map(|message| message.conversation_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let (mut known, mut written) = (BTreeMap::new(), BTreeMap::new());
    for ids in ids.chunks(CHUNK) {
        let some = conversation::Entity::of_tenant(tenant_id);
        let some = some.filter(conversation::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        known.extend(some.into_iter().map(|row| (row.id, row)));
        let earlier: Vec<(Uuid, i64)> = message::Entity::of_tenant(tenant_id)
            .filter(Column::ConversationId.is_in(ids.iter().copied()))
            .filter(Column::Id.lt(first))
            .filter(Column::Direction.eq(Direction::ToCrm.number()))
            .select_only()
            .column(Column::ConversationId)
            .column_as(Column::SentAt.max(), "last")
            .group_by(Column::ConversationId)
            .into_tuple()
            .all(db)
            .await?;
        written.extend(earlier);
    }
    let mut presence = crm::presence(&app.sources, tenant, rules).await?;
    let zone = Zone::named(&tenant.time_zone);
    let silence = i64::from(rules.silence_hours) * HOUR;
    let mut decisions = BTreeMap::new();
    let all: Vec<Uuid> = messages.iter().map(|message| message.id).collect();
    for ids in all.chunks(CHUNK) {
        decisions.extend(decision::of_messages(db, tenant_id, ids).await?);
    }
    for message in &messages {
        let Some(conversation) = known.get(&message.conversation_id) else { continue };
        let Ok(body) = serde_json::from_str::<Body>(&message.body) else { continue };
        if !is_written(&body) {
            continue;
        }
        let before = written.insert(message.conversation_id, message.sent_at);
        if before.is_some_and(|before| message.sent_at - before <= silence) {
            continue;
        }
        let Some(source) = app.lookup.source(message.source_id).await? else { continue };
        let made = decisions.get(&message.id);
        let facts = Facts::of(&Arrival {
            source: &source,
            conversation,
            message,
            body: &body,
            has_templates: has_templates(app, &source.kind),
            zone,
            country: country(&app.integrations, tenant),
        });
        let facts = Facts { crm: made.map(|made| made.facts.crm.clone()).unwrap_or_default(), ..facts };
        // Who was at work when it was decided about.
        presence.now = zone.local_time(made.map_or(message.accepted_at, |made| made.row.created_at));
        let verdict = decide(rules, &facts, &presence);
        presence.turns.extend(verdict.turn.clone());
        let then = made.and_then(|made| made.verdict.rule.clone());
        let id = verdict.rule.as_ref().map(|rule| rule.id.clone()).unwrap_or_default();
        *told.by_rule.entry(id).or_default() += 1;
        let enquiry = ReplayedEnquiry {
            message_id: message.id,
            conversation_id: message.conversation_id,
            source_id: message.source_id,
            at: message.sent_at,
            then,
            then_responsible: made.and_then(|made| made.verdict.plan.responsible),
            now: verdict.rule,
            now_responsible: verdict.plan.responsible,
            faults: verdict.faults,
            crm_known: made.is_some_and(|made| made.facts.crm.contact_id.is_some()),
        };
        told.differing += usize::from(enquiry.differs());
        told.enquiries.push(enquiry);
    }
    told.enquiries.reverse();
    Ok(told)
}
