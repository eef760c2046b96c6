//! What a shadow saw on a day, beside what amoCRM says of it.
//!
//! Other integrations' chats are shown to an integration as events alone: direction, second, contact and origin of each
//! message, no line (crm-api §5.6), and no text but by Kommo's add-on. So messages are paired by time:
//!
//! ```text
//! seen here ─┐ same direction and text, at most two minutes apart, one contact for each chat
//! events   ──┴─▶ on both sides · missing in amoCRM · missing here
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use amocrm::rest::ChatEvent;
use anyhow::Context;
use base::config::{Integration, Platform};
use base::error::{Error, Result};
use base::message::{Body, Content, Person, Role, State, day_of};
use base::millis::DAY;
use base::worded::worded;
use chrono::{NaiveDate, TimeDelta};
use connectors::{Connector, Shadow};
use entity::{conversation, message, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use serde::Serialize;
use uuid::Uuid;

use crate::contact;
use crate::delivery::read::first_id_at;
use crate::source::window::Window;
use crate::source::{SourceContext, TheirMessage, TheirMessages, call_error};
use crate::template::{ExpectedTemplates, expected, has_reviews};
use crate::tenant::token::{CallError, with_token};
use crate::tenant::{self as tenants};

/// Days that are listed.
const DAYS: i64 = 14;
/// Messages of a day that are compared, and pages of amoCRM's events that are read.
const MESSAGES: u64 = 2_000;
const PAGES: u32 = 20;
/// Customers whose contacts are looked for.
const LOOKUPS: usize = 30;
/// Differences that are listed on each side.
const LISTED: usize = 200;
/// How far apart the two services may store one message.
pub(super) const APART: TimeDelta = TimeDelta::minutes(2);

/// What a shadow received on a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShadowDay {
    pub day: NaiveDate,
    pub messages: i64,
}

/// A day of a shadow beside amoCRM's.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    pub seen: usize,
    /// Messages of other integrations' chats in amoCRM, as far as they can be this line's.
    pub in_crm: usize,
    pub on_both: usize,
    /// In amoCRM only, oldest first.
    pub missing_here: Vec<Difference>,
    /// Seen by the shadow only, oldest first.
    pub missing_in_crm: Vec<Difference>,
    /// The day's chats, in the order of their first message.
    pub chats: Vec<ShadowChat>,
    /// The day has more messages than are compared.
    pub is_cut: bool,
    /// The contacts of chats, by their CRM ids: of the customer's phone or e-mail, else of a pair.
    pub contacts: BTreeMap<Uuid, i64>,
    /// The kinds of channels in amoCRM that carry the line.
    pub origins: BTreeSet<String>,
    /// If a chat can be answered by a template alone: those that could be sent; none if that is unknown.
    pub templates: Option<ExpectedTemplates>,
}

worded! {
    /// With what a manager could answer a chat now, with the word of the public API.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum AnswerBy, as_str {
        Text = "text",
        /// The time for free answers is over.
        Template = "template",
        /// It is over, and the messenger has no templates: the customer must write first.
        Nothing = "nothing",
    }
}

/// A message that one side lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Milliseconds since 1970.
    pub at: i64,
    /// From the account to the customer.
    pub is_outgoing: bool,
    /// CRM id.
    pub contact_id: Option<i64>,
    /// Ours; none if the shadow did not see it.
    pub message_id: Option<Uuid>,
    /// The kind of the channel in amoCRM; empty if unknown.
    pub origin: String,
}

/// What would become of a chat if the source were switched on.
#[derive(Clone, Debug)]
pub struct ShadowChat {
    pub conversation_id: Uuid,
    pub customer: Person,
    /// The existing contact with the customer's phone or e-mail, by its CRM id and name.
    pub contact: Option<(i64, String)>,
    pub messages: usize,
    pub answer_by: AnswerBy,
    /// Until when the customer may be answered freely; none if there is no limit, or the customer never wrote.
    pub answer_until: Option<i64>,
}

/// How many messages a shadow received on each of the last days, the latest first.
pub async fn days(app: &SourceContext, source: &source::Model) -> Result<Vec<ShadowDay>> {
    let since = app.clock.millis() - DAYS * DAY;
    let counted: Vec<(i32, i64)> = seen(source)
        .filter(message::Column::Id.gte(first_id_at(since)))
        .select_only()
        .column(message::Column::Day)
        .column_as(message::Column::Id.count(), "messages")
        .group_by(message::Column::Day)
        .order_by_desc(message::Column::Day)
        .into_tuple()
        .all(app.store.read())
        .await?;
    Ok(counted.into_iter().map(|(day, messages)| ShadowDay { day: date_of(day), messages }).collect())
}

fn date_of(day: i32) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(i64::from(day))
}

/// What a source received as a shadow. The condition on `state` is that of the index `message_state`.
pub(super) fn seen(source: &source::Model) -> Select<message::Entity> {
    // What blocked customers write is stored in the same way.
    let blocked = conversation::Entity::blocked(source.tenant_id).select_only().column(conversation::Column::Id);
    message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::State.eq(State::Shadow.number()))
        .filter(Expr::cust("state > 0"))
        .filter(message::Column::SourceId.eq(source.id))
        .filter(message::Column::ConversationId.not_in_subquery(blocked.into_query()))
}

/// Compares a day (UTC). Asks amoCRM; errors are those of its calls.
pub async fn compare(app: &Arc<SourceContext>, source: &source::Model, day: NaiveDate) -> Result<Comparison> {
    let begins = (day - NaiveDate::default()).num_milliseconds();
    let mut rows = seen(source)
        .filter(message::Column::Day.eq(day_of(begins)))
        .filter(message::Column::Id.gte(first_id_at(begins)))
        .filter(message::Column::Id.lt(first_id_at(begins + DAY)))
        .order_by_asc(message::Column::Id)
        .limit(MESSAGES + 1)
        .all(app.store.read())
        .await?;
    let most = usize::try_from(MESSAGES).unwrap_or(usize::MAX);
    let is_long = rows.len() > most;
    rows.truncate(most);
    let mut ours = rows.iter().map(Seen::of).collect::<anyhow::Result<Vec<_>>>()?;
    ours.sort_by_key(|one| one.at);
    let connector = app.connectors.get(&source.kind).context("a source of an unknown kind")?.clone();
    let chats = chats(app, source, connector.as_ref(), &ours).await?;
    let (theirs, is_cut) = theirs_of_day(app, source, begins).await?;
    let known = chats.iter().filter_map(|chat| Some((chat.conversation_id, chat.contact.as_ref()?.0))).collect();
    let answers = connector.shadow() == Shadow::Both;
    // What came before the shadow was made is in amoCRM alone.
    let since = source.shadow_since.filter(|since| (begins..begins + DAY).contains(since));
    let found = pair(&ours, &theirs, known, answers, since.unwrap_or(begins)..begins + DAY);
    let templates = match chats.iter().any(|chat| chat.answer_by == AnswerBy::Template) {
        true => templates(app, source).await,
        false => None,
    };
    Ok(Comparison { chats, is_cut: is_cut || is_long, templates, ..found })
}

/// The comparison is of use without them.
async fn templates(app: &Arc<SourceContext>, source: &source::Model) -> Option<ExpectedTemplates> {
    if !has_reviews(app, source) {
        return None;
    }
    let asked = expected(app, source).await.inspect_err(|error| {
        tracing::info!(source.id = %source.id, %error, "a day is compared without the line's templates");
    });
    asked.ok()
}

/// A message that the shadow saw.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub at: i64,
    pub is_outgoing: bool,
    /// None of a file.
    pub text: Option<String>,
}

impl Seen {
    pub fn of(row: &message::Model) -> anyhow::Result<Self> {
        let body: Body = serde_json::from_str(&row.body).context("the body of a stored message")?;
        let text = match body.content {
            Content::Text { text } => Some(text.trim().to_owned()),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            conversation_id: row.conversation_id,
            at: row.sent_at,
            is_outgoing: body.sender.role != Role::Client,
            text,
        })
    }

    fn difference(&self, contact_id: Option<i64>) -> Difference {
        let (at, is_outgoing) = (self.at, self.is_outgoing);
        Difference { at, is_outgoing, contact_id, message_id: Some(self.id), origin: String::new() }
    }
}

/// The chats of these messages, each with the contact that the rules of new chats would find.
async fn chats(
    app: &Arc<SourceContext>,
    source: &source::Model,
    connector: &dyn Connector,
    ours: &[Seen],
) -> Result<Vec<ShadowChat>> {
    let mut order = Vec::new();
    let mut counts: BTreeMap<Uuid, usize> = BTreeMap::new();
    for one in ours {
        let count = counts.entry(one.conversation_id).or_default();
        if *count == 0 {
            order.push(one.conversation_id);
        }
        *count += 1;
    }
    let rows = rows_of(app, source, &order).await?;
    let window = Window::of(connector, source);
    let mut chats = Vec::with_capacity(order.len());
    for id in order {
        let Some(row) = rows.iter().find(|row| row.id == id) else { continue };
        let customer: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
        let contact = match chats.len() < LOOKUPS {
            true => contact_of(app, row, &customer).await?,
            false => None,
        };
        chats.push(ShadowChat {
            conversation_id: id,
            customer,
            contact,
            messages: counts.get(&id).copied().unwrap_or_default(),
            answer_by: match window {
                Some(window) if !window.is_open(row, app.clock.millis()) => match window.templates {
                    true => AnswerBy::Template,
                    false => AnswerBy::Nothing,
                },
                _ => AnswerBy::Text,
            },
            answer_until: window.and_then(|window| window.until(row)),
        });
    }
    Ok(chats)
}

async fn contact_of(
    app: &Arc<SourceContext>,
    row: &conversation::Model,
    customer: &Person,
) -> Result<Option<(i64, String)>> {
    if let Some(known) = app.compared.contacts.get(&row.id).await {
        return Ok(known);
    }
    let found = contact::expected(&app.tenants, row.tenant_id, customer).await.map_err(call_error)?;
    app.compared.contacts.insert(row.id, found.clone()).await;
    Ok(found)
}

async fn rows_of(app: &SourceContext, source: &source::Model, ids: &[Uuid]) -> Result<Vec<conversation::Model>, DbErr> {
    conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::Id.is_in(ids.iter().copied()))
        .all(app.store.read())
        .await
}

/// Messages of other integrations' chats around a time (milliseconds since 1970), the oldest first, and whether there are
/// more. Our own channels' chats are those of working sources.
pub(super) async fn theirs(
    app: &Arc<SourceContext>,
    source: &source::Model,
    time: Range<i64>,
) -> Result<(Vec<TheirMessage>, bool)> {
    let integration = integration_of(app, source).await?;
    let (events, is_cut) = foreign(app, source, &integration, time).await?;
    let texts = match integration.platform {
        Platform::Kommo => texts(app, source, &events).await?,
        Platform::Amocrm => BTreeMap::new(),
    };
    let with_text = |event: ChatEvent| {
        let text = event.message_id.as_ref().and_then(|id| texts.get(id)).map(|text| text.trim().to_owned());
        TheirMessage { event, text: text.filter(|text| !text.is_empty()) }
    };
    Ok((events.into_iter().map(with_text).collect(), is_cut))
}

/// The same of a day. Those of a day that has ended are kept.
async fn theirs_of_day(app: &Arc<SourceContext>, source: &source::Model, begins: i64) -> Result<TheirMessages> {
    let key = (source.tenant_id, begins);
    if let Some(known) = app.compared.events.get(&key).await {
        return Ok(known);
    }
    let (all, is_cut) = theirs(app, source, begins..begins + DAY).await?;
    let found = (Arc::new(all), is_cut);
    if begins + DAY + APART.num_milliseconds() < app.clock.millis() {
        app.compared.events.insert(key, found.clone()).await;
    }
    Ok(found)
}

/// The same as events, without texts.
pub(super) async fn events(
    app: &Arc<SourceContext>,
    source: &source::Model,
    time: Range<i64>,
) -> Result<(Vec<ChatEvent>, bool)> {
    let integration = integration_of(app, source).await?;
    foreign(app, source, &integration, time).await
}

async fn integration_of(app: &SourceContext, source: &source::Model) -> Result<Arc<Integration>> {
    let tenant = tenants::load(app.store.read(), source.tenant_id).await?.ok_or(Error::NotFound)?;
    Ok(tenants::integration(&app.tenants, &tenant)?)
}

/// Events of chats that are not the integration's.
async fn foreign(
    app: &Arc<SourceContext>,
    source: &source::Model,
    integration: &Integration,
    time: Range<i64>,
) -> Result<(Vec<ChatEvent>, bool)> {
    let (mut all, is_cut) = asked(app, source.tenant_id, time).await?;
    let ours: BTreeSet<&str> = integration.channels.iter().map(|channel| channel.code.as_str()).collect();
    all.retain(|event| event.origin.as_deref().is_none_or(|origin| !ours.contains(origin)));
    all.sort_by_key(|event| event.created_at);
    Ok((all, is_cut))
}

/// What Kommo's Chats API add-on shows of these events' talks, by the ids of messages; nothing if the integration lacks its
/// scope (crm-api §5.7).
async fn texts(
    app: &Arc<SourceContext>,
    source: &source::Model,
    events: &[ChatEvent],
) -> Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    let talks: BTreeSet<i64> = events.iter().filter_map(|event| event.talk_id).collect();
    for talk_id in talks.into_iter().take(LOOKUPS) {
        let ask = |rest: amocrm::rest::Rest, token| async move { rest.talk_messages(&token, talk_id, 1).await };
        match with_token(&app.tenants, source.tenant_id, ask).await {
            Ok(page) => texts.extend(page.items.into_iter().filter_map(|one| Some((one.id, one.text?)))),
            Err(CallError::Crm(error)) if error.status() == Some(403) => break,
            // The talk was deleted since: its messages have no texts.
            Err(CallError::Crm(error)) if error.status() == Some(404) => {}
            Err(error) => return Err(call_error(error)),
        }
    }
    Ok(texts)
}

/// The account's events around a time, and whether there are more.
async fn asked(app: &Arc<SourceContext>, tenant_id: Uuid, time: Range<i64>) -> Result<(Vec<ChatEvent>, bool)> {
    let margin = APART.num_seconds();
    let within = time.start / 1000 - margin..time.end / 1000 + margin;
    let (mut all, mut is_cut) = (Vec::new(), false);
    for number in 1..=PAGES {
        let ask = |rest: amocrm::rest::Rest, token| {
            let within = within.clone();
            async move { rest.chat_events(&token, within, number).await }
        };
        let page = with_token(&app.tenants, tenant_id, ask).await.map_err(call_error)?;
        all.extend(page.items);
        is_cut = page.has_more;
        if !is_cut {
            break;
        }
    }
    Ok((all, is_cut))
}

/// Pairs messages of both sides, the nearest in time first; each pair is our message's id and the place of theirs. `known`:
/// contacts of chats; a chat without one gets the contact of its first pair. Texts that are known on both sides are equal.
pub(super) fn paired(ours: &[Seen], theirs: &[TheirMessage], known: &mut BTreeMap<Uuid, i64>) -> BTreeMap<Uuid, usize> {
    let near = |one: &Seen, TheirMessage { event, text }: &TheirMessage| {
        // Events name the second in which they were.
        let apart = (event.created_at - one.at.div_euclid(1000)).abs();
        let differs = text.is_some() && one.text.is_some() && *text != one.text;
        (event.is_outgoing == one.is_outgoing && apart <= APART.num_seconds() && !differs).then_some(apart)
    };
    let mut candidates: Vec<(i64, usize, usize)> = Vec::new();
    for (row, one) in ours.iter().enumerate() {
        let events = theirs.iter().enumerate();
        candidates.extend(events.filter_map(|(place, event)| Some((near(one, event)?, row, place))));
    }
    candidates.sort_unstable();
    let mut pairs = BTreeMap::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (_, row, place) in candidates {
        let (Some(one), Some(TheirMessage { event, .. })) = (ours.get(row), theirs.get(place)) else { continue };
        let is_its = match (known.get(&one.conversation_id), event.contact_id) {
            (Some(contact), Some(of_event)) => *contact == of_event,
            // Another chat's contact is no candidate.
            (None, Some(of_event)) => known.values().all(|taken| *taken != of_event),
            (_, None) => true,
        };
        if !is_its || taken.contains(&place) || pairs.contains_key(&one.id) {
            continue;
        }
        if let Some(contact_id) = event.contact_id {
            known.entry(one.conversation_id).or_insert(contact_id);
        }
        taken.insert(place);
        pairs.insert(one.id, place);
    }
    pairs
}

/// Pairs the messages of a day, `within` which the shadow was there. `answers`: the shadow sees what the other service sends.
fn pair(
    ours: &[Seen],
    theirs: &[TheirMessage],
    mut known: BTreeMap<Uuid, i64>,
    answers: bool,
    within: Range<i64>,
) -> Comparison {
    let theirs: Vec<TheirMessage> = theirs.iter().filter(|one| answers || !one.event.is_outgoing).cloned().collect();
    let pairs = paired(ours, &theirs, &mut known);
    let alone = ours.iter().filter(|one| !pairs.contains_key(&one.id));
    let missing_in_crm: Vec<_> = alone.map(|one| one.difference(known.get(&one.conversation_id).copied())).collect();
    let paired: BTreeSet<usize> = pairs.into_values().collect();
    // The origins that carry this line: those of its pairs. Without any pair nothing is known.
    let origin = |event: &ChatEvent| event.origin.clone().unwrap_or_default();
    let carrying: BTreeSet<String> =
        paired.iter().filter_map(|place| theirs.get(*place)).map(|one| origin(&one.event)).collect();
    let of_day = |event: &ChatEvent| within.contains(&event.created_at.saturating_mul(1000));
    let missing_here: Vec<Difference> = theirs
        .iter()
        .map(|one| &one.event)
        .enumerate()
        .filter(|(place, event)| !paired.contains(place) && of_day(event))
        .filter(|(_, event)| carrying.is_empty() || carrying.contains(&origin(event)))
        .map(|(_, event)| Difference {
            at: event.created_at.saturating_mul(1000),
            is_outgoing: event.is_outgoing,
            contact_id: event.contact_id,
            message_id: None,
            origin: origin(event),
        })
        .collect();
    let on_both = ours.len() - missing_in_crm.len();
    let in_crm = on_both + missing_here.len();
    let listed = |all: Vec<Difference>| all.into_iter().take(LISTED).collect();
    Comparison {
        seen: ours.len(),
        in_crm,
        on_both,
        is_cut: false,
        templates: None,
        chats: Vec::new(),
        contacts: known,
        origins: carrying,
        missing_here: listed(missing_here),
        missing_in_crm: listed(missing_in_crm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds since 1970 of a day's first second.
    const BEGINS: i64 = 20_000 * DAY;

    fn ours(chat: u128, seconds: i64, is_outgoing: bool) -> Seen {
        let at = BEGINS + seconds * 1000;
        let id = chat * 100_000 + u128::try_from(seconds).unwrap();
        Seen { id: Uuid::from_u128(id), conversation_id: Uuid::from_u128(chat), at, is_outgoing, text: None }
    }

    fn theirs(contact_id: Option<i64>, seconds: i64, is_outgoing: bool) -> TheirMessage {
        let mut event = ChatEvent::default();
        (event.contact_id, event.is_outgoing, event.created_at) = (contact_id, is_outgoing, BEGINS / 1000 + seconds);
        event.origin = Some("other".to_owned());
        TheirMessage { event, text: None }
    }

    fn figures(ours: &[Seen], theirs: Vec<TheirMessage>, known: &[(u128, i64)], answers: bool) -> [usize; 4] {
        let known = known.iter().map(|(chat, contact)| (Uuid::from_u128(*chat), *contact)).collect();
        let found = pair(ours, &theirs, known, answers, BEGINS..BEGINS + DAY);
        assert_eq!((found.seen, found.in_crm), (ours.len(), found.on_both + found.missing_here.len()));
        [found.on_both, found.in_crm, found.missing_here.len(), found.missing_in_crm.len()]
    }

    #[test]
    fn a_chat_keeps_the_contact_of_its_first_pair() {
        let both = [ours(1, 10, false), ours(2, 12, false), ours(1, 300, false)];
        let events = vec![theirs(Some(7), 11, false), theirs(Some(8), 13, false), theirs(Some(8), 301, false)];
        assert_eq!(figures(&both, events, &[], true), [2, 3, 1, 1], "the third is of the other contact");
    }

    #[test]
    fn known_texts_decide() {
        let said = |text: &str| Some(text.to_owned());
        let both =
            [Seen { text: said("Hello"), ..ours(1, 10, false) }, Seen { text: said("Bye"), ..ours(1, 11, false) }];
        let one = vec![TheirMessage { text: said("Bye"), ..theirs(Some(7), 10, false) }];
        assert_eq!(figures(&both, one.clone(), &[], true), [1, 1, 0, 1]);
        assert_eq!(figures(&both[..1], one, &[], true), [0, 1, 1, 1]);
        assert_eq!(
            figures(&both[..1], vec![theirs(Some(7), 10, false)], &[], true),
            [1, 1, 0, 0],
            "a file, or no add-on"
        );
    }

    #[test]
    fn a_known_contact_and_the_direction_decide() {
        let one = [ours(1, 10, false)];
        assert_eq!(figures(&one, vec![theirs(Some(7), 10, false)], &[(1, 8)], true), [0, 1, 1, 1]);
        assert_eq!(figures(&one, vec![theirs(Some(7), 10, true)], &[(1, 7)], true), [0, 1, 1, 1]);
        assert_eq!(figures(&one, vec![theirs(None, 10, false)], &[(1, 8)], true), [1, 1, 0, 0]);
        assert_eq!(figures(&one, vec![theirs(Some(7), 131, false)], &[], true), [0, 1, 1, 1], "too late");
    }

    #[test]
    fn the_nearest_are_a_pair() {
        // The first is ours alone; the event is that of the second.
        let both = [ours(1, 10, false), ours(1, 60, false)];
        let mut known = BTreeMap::from([(Uuid::from_u128(1), 7)]);
        let pairs = paired(&both, &[theirs(Some(7), 61, false)], &mut known);
        assert_eq!(pairs.into_keys().collect::<Vec<_>>(), [both[1].id]);
    }

    #[test]
    fn what_a_shadow_cannot_see_is_not_missing() {
        let one = [ours(1, 10, false)];
        let events = vec![theirs(Some(7), 10, false), theirs(Some(7), 60, true)];
        assert_eq!(figures(&one, events.clone(), &[], false), [1, 1, 0, 0]);
        assert_eq!(figures(&one, events, &[], true), [1, 2, 1, 0]);
        // Yesterday's event at the edge pairs with today's message and is missing from yesterday alone.
        assert_eq!(figures(&[], vec![theirs(Some(7), -5, false)], &[], true), [0, 0, 0, 0]);
        // The shadow was made at noon.
        let noon = BEGINS + DAY / 2..BEGINS + DAY;
        let found = pair(&[], &[theirs(Some(7), 10, false)], BTreeMap::new(), true, noon);
        assert_eq!((found.in_crm, found.missing_here.len()), (0, 0));
    }
}
