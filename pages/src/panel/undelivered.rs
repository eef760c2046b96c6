//! What is undelivered, as every page counts it: letters that Parom no longer retries by itself, for a person's decision, and
//! for a day messages that their messenger reported as failed after it had accepted them, which have no letter to send
//! again. The page refreshes, but for a list in which something is selected.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words, Zone};
use base::message::{Direction, LetterKind, Role};
use connectors::kinds::has_own_server;
use domain::delivery::dead_letters;
use domain::delivery::read::dead::{self, DeadLetterFilter, DeadLetterSummary, ReasonGroup};
use domain::delivery::read::figures::hours_begin;
use domain::delivery::read::list::{self, Ground, MessageFilter, Reached};
use domain::delivery::read::reason::{Reason, dead_key};
use domain::delivery::replay::{self, A_SECOND, ReplayAction};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::choice::{self, SelectOption};
use super::messages::{self, MessageRow, MessageTable};
use super::reasons::{self, ReasonArguments};
use super::{
    Answer, AppData, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, csv, to,
};
use crate::panel;

/// The filters in the query string.
#[derive(Clone, Debug, Default, Deserialize)]
struct UndeliveredFilters {
    #[serde(default)]
    source: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    period: String,
    cursor: Option<String>,
}

impl UndeliveredFilters {
    fn period(&self) -> &str {
        choice::period(&self.period, "all")
    }

    fn filter(&self, page: &PageContext, ground: &Ground, now: i64) -> DeadLetterFilter {
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty() && !reason.contains('\0'));
        let from = choice::begin(page, self.period(), now);
        DeadLetterFilter {
            source_id: choice::source_id(ground, &self.source),
            reason,
            from,
            ..DeadLetterFilter::default()
        }
    }

    fn address(&self, path: &str, cursor: &str) -> String {
        let pairs =
            [("source", self.source.as_str()), ("reason", &self.reason), ("period", &self.period), ("cursor", cursor)];
        choice::address(path, &pairs)
    }
}

/// `GET /panel/undelivered`.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let query: UndeliveredFilters = choice::filters(&request);
    let page = member.page("nav-undelivered", Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let ground = Ground::of_tenant(db, tenant_id).await?;
    let wanted = query.filter(&page, &ground, app.clock.millis());
    let later_only = query.reason == FAILED_LATER;
    let groups = dead::groups(db, tenant_id, &wanted).await?;
    let filters = ["panel-undelivered", &query.source, &query.reason, query.period()];
    let rows = choice::page_of(query.cursor.as_deref(), &filters)?;
    let found = dead::page(db, tenant_id, &wanted, rows.after, rows.rows()).await?;
    let (found, next) = rows.cut(found, |row| row.id);
    let running = replay::running(&app.delivery, tenant_id).await?;
    let outcome = replay::outcome(&app.delivery, tenant_id).await?;
    let lines = dead::lines(db, tenant_id, found).await?;
    let of_later = failed_later(&wanted, app.clock.millis());
    let later_count = list::count(db, tenant_id, &of_later, &ground).await?;
    let lists_later = later_count > 0 && (later_only || wanted.reason.is_none());
    let later = match lists_later {
        true => list::page(db, tenant_id, &of_later, &ground, None, LATER_ROWS).await?,
        false => Vec::new(),
    };
    let messages = DeadLetterFilter { kind: Some(LetterKind::Message), ..wanted.clone() };
    let messages = dead::count(db, tenant_id, &messages).await?;
    let words = page.words;
    let chosen = |group: &&ReasonGroup| query.reason.is_empty() || group.reason == query.reason;
    let letters: i64 = groups.iter().filter(chosen).map(|group| group.count).sum();
    let others = u64::try_from(letters).unwrap_or_default().saturating_sub(messages);
    let list = UndeliveredPage {
        may: page.may(Right::Retry),
        running: running.iter().map(|row| taken_up(&page, row)).collect(),
        outcome: outcome.map(|outcome| {
            let said = words.text("undelivered-outcome").with("time", page.when(&outcome.at).adverb());
            let said = said.with("delivered", outcome.delivered).with("failed", outcome.failed);
            said.with("waiting", outcome.waiting)
        }),
        sources: choice::sources(&page, &ground, &query.source),
        periods: choice::periods(&page, query.period()),
        later: MessageTable {
            rows: later.iter().map(|line| messages::row(&page, &ground, line, None)).collect(),
            is_undelivered: true,
            ending: "-later",
            ..MessageTable::default()
        },
        later_count: lists_later.then(|| words.text("undelivered-failed-later").with("count", later_count)),
        later_href: {
            let period = if query.period() == "all" { "24h" } else { query.period() };
            let filters = [("state", FAILED_LATER), ("source", query.source.as_str()), ("period", period)];
            choice::address("/panel/messages", &filters)
        },
        filtered: !(query.source.is_empty() && query.reason.is_empty() && query.period.is_empty()),
        total: words.text("undelivered-count").with("count", messages + if lists_later { later_count } else { 0 }),
        others: (others > 0).then(|| words.text("undelivered-others").with("count", others)),
        may_help: groups.iter().filter(chosen).any(|group| {
            [Direction::ToCrm, Direction::ToMessenger]
                .into_iter()
                .any(|direction| !reasons::needs_mending(dead_key(&group.reason, "", direction)))
        }),
        heaps: groups
            .iter()
            .chain((later_count > 0).then_some(&ReasonGroup {
                reason: FAILED_LATER.to_owned(),
                count: i64::try_from(later_count).unwrap_or(i64::MAX),
            }))
            .map(|group| heap(&page, &query, group))
            .collect(),
        table: MessageTable {
            rows: lines.iter().map(|line| row(&page, &ground, line)).collect(),
            choose: page.may(Right::Retry),
            is_undelivered: true,
            newest: query.cursor.as_ref().map(|_| query.address("/panel/undelivered", "")),
            older: next.map(|next| query.address("/panel/undelivered", &next)),
            ..MessageTable::default()
        },
        csv: query.address("/panel/undelivered.csv", ""),
        reason: query.reason.clone(),
        source: query.source.clone(),
        period: query.period.clone(),
        page: page.clone(),
    };
    panel::html(&page, &list)
}

/// The reason under which messages are listed that failed after their messenger accepted them.
const FAILED_LATER: &str = "failed_later";
/// How many of them are listed here; all are among the messages.
const LATER_ROWS: u64 = 50;

/// Those of the last day: nobody can send them again, so they leave the list by themselves.
fn failed_later(wanted: &DeadLetterFilter, now: i64) -> MessageFilter {
    MessageFilter {
        reached: Some(Reached::FailedLater),
        source_id: wanted.source_id,
        from: wanted.from.max(Some(hours_begin(now))),
        ..MessageFilter::default()
    }
}

/// A reason with its number of letters.
struct Heap {
    reason: Sentence,
    count: Sentence,
    address: String,
    chosen: bool,
}

/// A replay in progress.
struct ReplayProgress {
    says: Sentence,
    stop: String,
}

#[derive(Template)]
#[template(path = "panel/undelivered/list.html")]
struct UndeliveredPage {
    page: PageContext,
    may: bool,
    running: Vec<ReplayProgress>,
    /// What came of those that were sent again last.
    outcome: Option<Sentence>,
    sources: Vec<SelectOption>,
    periods: Vec<SelectOption>,
    reason: String,
    filtered: bool,
    /// Those that failed after the messenger accepted them, how many they are, and where all of them are.
    later: MessageTable,
    later_count: Option<Sentence>,
    later_href: String,
    total: Sentence,
    /// Letters that are no messages.
    others: Option<Sentence>,
    heaps: Vec<Heap>,
    /// Sending again may help some of them, so it is the main button.
    may_help: bool,
    table: MessageTable,
    csv: String,
    /// The filters, for the form.
    source: String,
    period: String,
}

fn taken_up(page: &PageContext, row: &entity::replay::Model) -> ReplayProgress {
    let key = match ReplayAction::parse(&row.action) {
        Some(ReplayAction::Drop) => "undelivered-dropping",
        _ => "undelivered-retrying",
    };
    ReplayProgress {
        says: page.words.text(key).with("done", row.done).with("total", row.total),
        stop: format!("/panel/undelivered/stop/{}", row.id),
    }
}

fn heap(page: &PageContext, query: &UndeliveredFilters, group: &ReasonGroup) -> Heap {
    let chosen = group.reason == query.reason;
    let reason = if chosen { String::new() } else { group.reason.clone() };
    let query = UndeliveredFilters { reason, ..query.clone() };
    Heap {
        reason: heading(page, &group.reason),
        count: page.words.text("common-total").with("count", group.count),
        address: query.address("/panel/undelivered", ""),
        chosen,
    }
}

/// A stored reason in a few words.
fn heading(page: &PageContext, reason: &str) -> Sentence {
    match reason {
        FAILED_LATER => page.words.text("messages-state-failed_later"),
        reason => page.words.text_of("reason-short-", short(reason)).with("crm", page.crm),
    }
}

/// A short text for a stored reason, for group headings and the CSV.
pub fn short(reason: &str) -> &'static str {
    const KNOWN: [&str; 14] = [
        "too_old",
        "dropped_by_person",
        "source_disconnected",
        "recipient_blocked",
        "recipient_unreachable",
        "unsupported",
        "writing_first",
        "window_closed",
        "marketing_stopped",
        "internal",
        "rejected",
        "conversation_deleted",
        "no_bot",
        "found_in_history",
    ];
    match KNOWN.into_iter().find(|known| *known == reason) {
        Some(known) => known,
        None if reason == "poison" => "internal",
        None => "other",
    }
}

/// The kind of a letter as text; empty for a kind of a later version.
pub fn letter_kind(words: Words, kind: Option<LetterKind>) -> Sentence {
    let word = kind.and_then(|kind| serde_json::to_value(kind).ok());
    words.text_of("letter-kind-", word.as_ref().and_then(|word| word.as_str()).unwrap_or_default())
}

fn row(page: &PageContext, ground: &Ground, line: &DeadLetterSummary) -> MessageRow {
    let words = page.words;
    let by_own_server = ground.sources.get(&line.dead.source_id).is_some_and(|source| has_own_server(&source.kind));
    let reason = Reason::of_dead(&line.dead.reason, &line.dead.detail, line.direction);
    let reason = reason.answered(line.status, by_own_server);
    let name = if line.dead.reason == "dropped_by_person" { line.dead.detail.as_str() } else { "" };
    let age = page.duration(&(page.now - line.dead.first_at)).to_string();
    let kind = line.content_kind.unwrap_or("text");
    let said = reasons::explain(&reason, &ReasonArguments { words, crm: page.crm, kind, name, age: &age });
    // The list does not read who wrote it.
    let (arrow, direction) = messages::way(line.direction, Role::Client);
    MessageRow {
        id: line.dead.message_id.to_string(),
        chosen_as: line.dead.id.to_string(),
        conversation: line.dead.conversation_id.to_string(),
        time: page.exact(&line.dead.last_at),
        arrow,
        direction: words.text(direction),
        customer: reasons::customer(&line.contact, words),
        manager: String::new(),
        took: String::new(),
        source: page.source(ground.sources.get(&line.dead.source_id)),
        kind: match line.content_kind.filter(|_| line.kind == LetterKind::Message) {
            Some(kind) => words.text_of("messages-kind-", kind),
            None => letter_kind(words, Some(line.kind)),
        },
        badge: page.badge(Tone::Bad, words.text("message-state-failed")),
        second: said.what.to_string(),
        is_undelivered: true,
    }
}

const HERE: &str = "/panel/undelivered";
/// Maximum number of selected rows.
pub const MOST_SELECTED: u64 = 500;
/// Maximum number of letters checked for unknown outcomes.
const LOOKED_AT: u64 = 500;
const NAMES: [&str; 7] = ["id", "all", "do", "source", "reason", "period", "back"];

fn action(fields: &Fields) -> Result<ReplayAction> {
    ReplayAction::parse(fields.get("do")).ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-deed")))
}

#[derive(Template)]
#[template(path = "panel/undelivered/confirm.html")]
struct BulkConfirmPage {
    page: PageContext,
    sentence: Sentence,
    /// How many will fail again, and why; none if no such message was found.
    again: Option<Sentence>,
    /// Some may arrive.
    may_help: bool,
    /// What was selected and stays as it is.
    left: Option<Sentence>,
    rate: Option<Sentence>,
    word: &'static str,
    button: Sentence,
    danger: bool,
    /// Empty means all that match the filter.
    ids: Vec<Uuid>,
    query: UndeliveredFilters,
    back: String,
}

fn query_of(fields: &Fields) -> UndeliveredFilters {
    UndeliveredFilters {
        source: fields.get("source").to_owned(),
        reason: fields.get("reason").to_owned(),
        period: fields.get("period").to_owned(),
        cursor: None,
    }
}

/// `POST /panel/undelivered/confirm`: counts the selection and changes nothing.
pub async fn ask(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::Retry)?;
    form.allow_only(&NAMES)?;
    let action = action(&form)?;
    let query = query_of(&form);
    let page = member.page(title_of(action), Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let wanted = selection(&app, &page, tenant_id, &query, &form).await?;
    let count = dead::count(db, tenant_id, &wanted).await?;
    let back = query.address("/panel/undelivered", "");
    if count == 0 {
        let notice = Notice::of(Tone::Warn, member.words.text("undelivered-none-chosen"));
        return member.see_other(&app, &back, notice).await;
    }
    let ids = dead::ids(db, tenant_id, &wanted, LOOKED_AT).await?;
    let all = form.has("all").then_some((count, query));
    confirm(&app, page, tenant_id, action, Plan { ids, all, left: None, back }).await
}

fn title_of(action: ReplayAction) -> &'static str {
    match action {
        ReplayAction::Retry => "undelivered-retry-title",
        ReplayAction::Drop => "undelivered-drop-title",
    }
}

/// What a person is asked to confirm.
struct Plan {
    /// The letters; of all that match a filter, the first.
    ids: Vec<Uuid>,
    /// How many match which filter, if it is about all of them.
    all: Option<(u64, UndeliveredFilters)>,
    /// What was selected and is not among them.
    left: Option<Sentence>,
    back: String,
}

/// The page that says what sending these letters again, or removing them, would do. `left`: what was selected besides.
pub async fn plan(
    app: &PanelContext,
    member: &Member,
    action: ReplayAction,
    ids: Vec<Uuid>,
    left: Option<Sentence>,
    back: String,
) -> Answer {
    let page = member.page(title_of(action), Nav::Messages);
    confirm(app, page, member.tenant_id, action, Plan { ids, all: None, left, back }).await
}

async fn confirm(app: &PanelContext, page: PageContext, tenant_id: Uuid, action: ReplayAction, plan: Plan) -> Answer {
    let dry = dead::dry_run(app.store.read(), tenant_id, &plan.ids).await?;
    let count = plan.all.as_ref().map_or(dry.count, |(count, _)| *count);
    let all = plan.all.is_some();
    let words = page.words;
    let again: i64 = dry.again.iter().map(|group| group.count).sum();
    let (sentence, button) = match action {
        ReplayAction::Retry => (
            words.text("undelivered-retry-confirm").with("count", count).with("maybe", dry.maybe_twice),
            words.text("undelivered-retry-selected").with("count", count),
        ),
        ReplayAction::Drop => (
            words.text("undelivered-drop-confirm").with("count", count).with("crm", page.crm),
            words.text("undelivered-drop-selected").with("count", count),
        ),
    };
    let confirm = BulkConfirmPage {
        sentence,
        may_help: again < i64::try_from(count).unwrap_or(i64::MAX),
        again: (action == ReplayAction::Retry && again > 0).then(|| {
            let reason = |group: &ReasonGroup| format!("{} ({})", heading(&page, &group.reason), group.count);
            let reasons = dry.again.iter().map(reason).collect::<Vec<_>>().join(", ");
            words.text("undelivered-retry-again").with("count", again).with("reasons", reasons)
        }),
        rate: all.then(|| words.text("undelivered-rate").with("rate", A_SECOND)),
        word: action.word(),
        button,
        danger: action == ReplayAction::Drop,
        ids: if all { Vec::new() } else { plan.ids },
        query: plan.all.map(|(_, query)| query).unwrap_or_default(),
        left: plan.left,
        back: plan.back,
        page: page.clone(),
    };
    panel::html(&page, &confirm)
}

/// The letters selected by a form.
async fn selection(
    app: &PanelContext,
    page: &PageContext,
    tenant_id: Uuid,
    query: &UndeliveredFilters,
    form: &Fields,
) -> Result<DeadLetterFilter> {
    if !form.has("all") {
        return Ok(DeadLetterFilter { ids: Some(selected_rows(form)?), ..DeadLetterFilter::default() });
    }
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    Ok(query.filter(page, &ground, app.clock.millis()))
}

/// `POST /panel/undelivered/decide`: applies the action to each letter that still exists.
pub async fn decide(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::Retry)?;
    form.allow_only(&NAMES)?;
    let action = action(&form)?;
    if form.has("all") {
        return begin(&app, &member, action, &form).await;
    }
    let ids = selected_rows(&form)?;
    let tenant_id = member.tenant_id;
    let begun_at = app.clock.millis();
    let mut done: u64 = 0;
    for id in &ids {
        done += u64::from(settle(&app, tenant_id, *id, action).await?);
    }
    if done > 0 {
        let object = if let [one] = ids.as_slice() { one.to_string() } else { String::new() };
        member.audit(&app, app.store.write(), action.noted(), &object, json!({ "count": done })).await?;
        let by = format!("person:{}", member.person.id);
        replay::note(&app.delivery, tenant_id, action, done, &by, begun_at).await?;
    }
    let tone = if done > 0 { Tone::Ok } else { Tone::Warn };
    let key = match action {
        ReplayAction::Retry => "undelivered-retried",
        ReplayAction::Drop => "undelivered-dropped",
    };
    let notice = Notice::of(tone, member.words.text(key).with("count", done));
    member.see_other(&app, HERE, notice).await
}

/// Resends or removes one letter. False if it is gone.
pub async fn settle(app: &PanelContext, tenant_id: Uuid, id: Uuid, action: ReplayAction) -> Result<bool> {
    Ok(match action {
        ReplayAction::Retry => dead_letters::retry(&app.delivery, tenant_id, id).await?,
        ReplayAction::Drop => dead_letters::drop(&app.delivery, tenant_id, id).await?,
    })
}

/// Starts a replay of all matches, at a limited rate.
async fn begin(app: &PanelContext, member: &Member, action: ReplayAction, form: &Fields) -> Answer {
    let page = member.page("nav-undelivered", Nav::Undelivered);
    let tenant_id = member.tenant_id;
    let wanted = selection(app, &page, tenant_id, &query_of(form), form).await?;
    let by = format!("person:{}", member.person.id);
    let row = replay::start(&app.delivery, tenant_id, action, &wanted, &by).await?;
    let detail = json!({ "count": row.total, "replay": row.id });
    member.audit(app, app.store.write(), action.noted(), "", detail).await?;
    // The list says how far it is.
    Ok(to(HERE))
}

/// `POST /panel/undelivered/stop/{id}`: stops a replay; letters that were processed stay processed.
pub async fn stop(app: AppData, member: Member, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::Retry)?;
    let tenant_id = member.tenant_id;
    replay::find(&app.delivery, tenant_id, *id).await?.ok_or(Error::NotFound)?;
    let key = if replay::cancel(&app.delivery, tenant_id, *id).await? {
        member.audit(&app, app.store.write(), "undelivered.stopped", "", json!({ "replay": *id })).await?;
        "undelivered-stopped"
    } else {
        "undelivered-over"
    };
    member.see_other(&app, HERE, Notice::of(Tone::Ok, member.words.text(key))).await
}

pub fn selected_rows(fields: &Fields) -> Result<Vec<Uuid>> {
    let ids: Vec<_> = fields
        .all("id")
        .into_iter()
        .map(Uuid::try_parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Malformed(LocalizedText::new("said-form-id")))?;
    let fits = u64::try_from(ids.len()).is_ok_and(|count| count <= MOST_SELECTED);
    if fits { Ok(ids) } else { Err(Error::Malformed(LocalizedText::new("said-form-most").with("most", MOST_SELECTED))) }
}

/// Maximum number of rows in a file.
const MOST_ROWS: u64 = 50_000;
const COLUMNS: [&str; 13] = [
    "id",
    "message_id",
    "conversation_id",
    "source_id",
    "source",
    "direction",
    "kind",
    "reason",
    "detail",
    "attempts",
    "first_at",
    "last_at",
    "customer",
];

/// `GET /panel/undelivered.csv` with the list's filters.
pub async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query: UndeliveredFilters = choice::filters(&request);
    let page = member.page("nav-undelivered", Nav::Undelivered);
    let tenant_id = member.tenant_id;
    let ground = Ground::of_tenant(app.store.read(), tenant_id).await?;
    let wanted = query.filter(&page, &ground, app.clock.millis());
    let (text, count) = table(&app, tenant_id, &ground, &wanted, Some(page.zone)).await?;
    member.audit(&app, app.store.write(), "undelivered.exported", "", json!({ "count": count })).await?;
    Ok(csv::file("undelivered.csv").body(text))
}

/// The table and its number of rows, for an account in this zone; without one for the vendor, who sees no names of
/// customers.
pub async fn table(
    app: &PanelContext,
    tenant_id: Uuid,
    ground: &Ground,
    wanted: &DeadLetterFilter,
    account: Option<Zone>,
) -> anyhow::Result<(String, u64)> {
    let zone = account.unwrap_or(Zone::UTC);
    let db = app.store.read();
    let mut text = csv::head(&COLUMNS);
    let mut after = None;
    let mut count: u64 = 0;
    loop {
        let rows = dead::page(db, tenant_id, wanted, after, 500).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for line in dead::lines(db, tenant_id, rows).await? {
            let dead = &line.dead;
            let kind = serde_json::to_value(line.kind).unwrap_or_default();
            text.push_str(&csv::line([
                dead.id.to_string(),
                dead.message_id.to_string(),
                dead.conversation_id.to_string(),
                dead.source_id.to_string(),
                ground.sources.get(&dead.source_id).map(|source| source.name.clone()).unwrap_or_default(),
                line.direction.word().to_owned(),
                kind.as_str().unwrap_or_default().to_owned(),
                dead.reason.clone(),
                dead.detail.clone(),
                dead.attempts.to_string(),
                zone.rfc3339(dead.first_at),
                zone.rfc3339(dead.last_at),
                reasons::known_as(&line.contact).filter(|_| account.is_some()).unwrap_or_default().to_owned(),
            ]));
            count += 1;
        }
        if count >= MOST_ROWS {
            break;
        }
    }
    Ok((text, count))
}
