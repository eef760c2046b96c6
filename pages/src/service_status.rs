//! The public status page (`[status]`, off by default): which parts of the service work, and since when one does not.
//! It names no account, host or secret.
//!
//! ```text
//! GET /status, /status.json ─▶ rate limit ─▶ Board (read at most once in five seconds) ─▶ page or JSON
//! ```

mod days;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::browser::client_address;
use base::i18n::{Language, LocalizedText, Sentence, When, Words, Zone};
use base::json::Moment;
use domain::delivery::DeliveryContext;
use domain::delivery::gauges::WAITED;
use domain::delivery::slots::{CallFigures, CallReport};
use domain::missed_hooks;
use domain::platform::{PlatformContext, stands_on};
use domain::public_page;
use domain::source;
use domain::tenant::AMOJO;
use domain::unknown_callers::UnknownCallerAct;
use queue::PoolHealth;
use sea_orm::DbErr;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use days::{Bar, Days, Noted};

pub use days::note;

/// For how long browsers and proxies may keep an answer.
const CACHED: &str = "public, max-age=5";

/// `/status` and `/status.json`; monitors often ask for the head alone.
pub fn routes(config: &mut web::ServiceConfig) {
    for method in [web::get, web::head] {
        config.route("/status", method().to(page)).route("/status.json", method().to(document));
    }
}

#[derive(Template)]
#[template(path = "status/page.html")]
struct StatusPage {
    words: Words,
    title: String,
    summary: Sentence,
    tone: &'static str,
    lines: Vec<PartRow>,
    checked: Sentence,
    others: Vec<Language>,
    nonce: String,
}

/// One part.
struct PartRow {
    tone: &'static str,
    name: Sentence,
    state: Sentence,
    /// Empty while it works.
    since: String,
    /// The last days, and what they show in a sentence; empty if they cannot be read.
    bars: Vec<Bar>,
    days: String,
}

/// The page for people.
async fn page(app: web::Data<StatusContext>, request: HttpRequest) -> HttpResponse {
    let snapshot = match look(&app, &request).await {
        Ok(snapshot) => snapshot,
        Err(refused) => return refused,
    };
    let words = Words::new(Language::of_request(&request));
    let name = app.config.vendor.name_in(words);
    // Parts with a problem come first, parts without traffic last.
    let mut parts: Vec<&Part> = snapshot.parts.iter().collect();
    parts.sort_by_key(|part| (Reverse(part.state), !part.has_traffic));
    let shown = StatusPage {
        title: words.text("status-title").with("name", name).to_string(),
        summary: words.text_of("status-all-", snapshot.word()),
        tone: snapshot.worst().as_str(),
        lines: parts.into_iter().map(|part| line(&app, words, part, &snapshot)).collect(),
        checked: words
            .text("status-checked")
            .with("time", When::new(snapshot.at, snapshot.at, Zone::UTC, words).exact()),
        others: words.language().others().collect(),
        nonce: public_page::nonce(),
        words,
    };
    public_page::answer(&shown, &shown.nonce, words, CACHED)
}

/// The same for programs.
async fn document(app: web::Data<StatusContext>, request: HttpRequest) -> HttpResponse {
    let snapshot = match look(&app, &request).await {
        Ok(snapshot) => snapshot,
        Err(refused) => return refused,
    };
    let part = |part: &Part| -> Value {
        let Part { name, state, since, has_traffic } = part;
        json!({
            "name": name.as_str(), "status": state.as_str(), "since": since.map(Moment), "has_traffic": has_traffic,
        })
    };
    let body = json!({
        "status": snapshot.worst().as_str(),
        "checked_at": Moment(snapshot.at),
        "parts": snapshot.parts.iter().map(part).collect::<Vec<_>>(),
    });
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, CACHED)).json(body)
}

/// The state, or the answer to a caller who does not get it.
async fn look(app: &StatusContext, request: &HttpRequest) -> Result<Snapshot, HttpResponse> {
    if !app.config.status.enabled {
        return Err(public_page::nothing(request));
    }
    let (address, now) = (client_address(request, &app.config.server.trusted_proxies), app.clock.millis());
    if let Err(seconds) = app.unknown_callers.pace(address, UnknownCallerAct::Status, now).await {
        let text = LocalizedText::new("page-too-fast").with("seconds", seconds);
        let mut answer = public_page::refused(request, StatusCode::TOO_MANY_REQUESTS, "page-unavailable-title", &text);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Err(answer);
    }
    Ok(app.board.look(app).await)
}

fn line(app: &StatusContext, words: Words, part: &Part, snapshot: &Snapshot) -> PartRow {
    let now = snapshot.at;
    let (bars, days) = snapshot.days.as_ref().map(|days| days::bars(words, days, part, now)).unwrap_or_default();
    let since = part.since.map(|at| When::new(at, now, Zone::UTC, words).stamp());
    let is_untried = part.state == PartState::Works && !part.has_traffic;
    PartRow {
        bars,
        days,
        tone: if is_untried { "muted" } else { part.state.as_str() },
        name: part.name.in_words(app, words),
        state: words.text_of("status-is-", if is_untried { "untried" } else { part.state.as_str() }),
        since: since.map(|time| words.text("status-since").with("time", time).to_string()).unwrap_or_default(),
    }
}

/// A part of the service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartName {
    /// Messages of both sides are taken in.
    Receiving,
    /// They reach amoCRM.
    Crm,
    /// They reach a messenger of this kind.
    Messenger(&'static str),
    /// The pages of accounts.
    Panel,
}

impl PartName {
    /// Its name for people.
    pub fn in_words(&self, app: &PlatformContext, words: Words) -> Sentence {
        match self {
            Self::Receiving => words.text("status-receiving"),
            Self::Crm => words.text("status-crm").with("crm", app.integrations.brands()),
            Self::Messenger(kind) if *kind == connectors::webchat::KIND.name => words.text_of("connector-", kind),
            Self::Messenger(kind) => {
                words.text("status-messenger").with("name", words.text_of("connector-", kind).to_string())
            }
            Self::Panel => words.text("status-panel"),
        }
    }

    /// Its name in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Crm => "crm",
            Self::Messenger(kind) => kind,
            Self::Panel => "panel",
        }
    }
}

base::worded! {
    /// How a part works; the word is in JSON and at the end of keys of texts.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum PartState, as_str {
        Works = "ok",
        /// Slowly, or not for everybody.
        Degraded = "degraded",
        Down = "down",
    }
}

/// A part and how it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: PartName,
    pub state: PartState,
    /// Since when it does not work as usual, as far as it is known; milliseconds since 1970.
    pub since: Option<i64>,
    /// A message or a test has gone through it: what was never used is not said to work.
    pub has_traffic: bool,
}

/// A kind of messenger that is in use.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub pool: &'static str,
    /// It is Parom itself: the chat on sites.
    pub is_ours: bool,
}

/// What a process sees.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// None: the database does not answer.
    pub pools: Option<Vec<PoolHealth>>,
    /// The last calls of all processes.
    pub calls: CallReport,
    /// The database takes no writes.
    pub read_only: bool,
    /// Hooks of amoCRM are kept on the disk meanwhile.
    pub spools: bool,
    /// Kinds of messengers with a source that a message or a test has proved.
    pub used: BTreeSet<String>,
}

/// The state of all parts.
pub fn judge(seen: &Seen, kinds: &[Kind], now: i64) -> Vec<Part> {
    let plain = |state| (state, None);
    let answers = seen.pools.is_some();
    let (receiving, pages) = match (answers, seen.read_only) {
        (true, false) => (PartState::Works, PartState::Works),
        (true, true) => (PartState::Degraded, PartState::Degraded),
        (false, _) if seen.spools => (PartState::Degraded, PartState::Down),
        (false, _) => (PartState::Down, PartState::Down),
    };
    let pools = |fits: &dyn Fn(&str) -> bool| match &seen.pools {
        None => plain(PartState::Down),
        Some(all) => {
            let calls = seen.calls.calls.iter().filter(|(pool, _)| fits(pool)).map(|(_, calls)| calls);
            of_pools(all.iter().filter(|one| fits(&one.pool)), calls, now)
        }
    };
    let part = |name, (state, since), has_traffic| Part { name, state, since, has_traffic };
    let crm = pools(&|pool| pool.starts_with(AMOJO));
    let mut parts =
        vec![part(PartName::Receiving, plain(receiving), true), part(PartName::Crm, crm, !seen.used.is_empty())];
    for kind in kinds {
        let reached = pools(&|pool| pool == kind.pool);
        let reached = if kind.is_ours { reached.max(plain(pages)) } else { reached };
        parts.push(part(PartName::Messenger(kind.name), reached, seen.used.contains(kind.name)));
    }
    parts.push(part(PartName::Panel, plain(pages), true));
    parts
}

/// How the targets of one pool work, and since when letters are late.
pub fn of_pool(pool: &PoolHealth, calls: Option<&CallFigures>, now: i64) -> (PartState, Option<i64>) {
    of_pools(std::iter::once(pool), calls.into_iter(), now)
}

/// Fewer failed calls are chance.
const FEW: i64 = 3;

/// Half of those that were called fail, or letters are half an hour late: down. A tenth of those or of the last calls, or five
/// minutes: degraded.
fn of_pools<'a>(
    pools: impl Iterator<Item = &'a PoolHealth>,
    calls: impl Iterator<Item = &'a CallFigures>,
    now: i64,
) -> (PartState, Option<i64>) {
    let (mut called, mut broken, mut due) = (0, 0, None::<i64>);
    for one in pools {
        called += one.called;
        broken += one.broken;
        due = [due, one.due_since].into_iter().flatten().min();
    }
    let late = |limit: usize| due.is_some_and(|due| now - due > WAITED[limit].num_milliseconds());
    let fails = |part: i64| broken > 0 && broken * part >= called;
    let (failed, all) = calls.fold((0, 0), |(failed, all), calls| (failed + calls.failed, all + calls.calls));
    let calls_fail = failed >= FEW && failed * 10 >= all;
    let state = if fails(2) || late(1) {
        PartState::Down
    } else if fails(10) || calls_fail || late(0) {
        PartState::Degraded
    } else {
        PartState::Works
    };
    (state, due.filter(|_| late(0)))
}

/// For how long a state is kept, in milliseconds.
const KEPT: i64 = 5_000;
/// A database that does not answer within this time does not work.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The parts at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Milliseconds since 1970.
    pub at: i64,
    pub parts: Arc<[Part]>,
    /// None: they cannot be read.
    days: Option<Arc<Days>>,
}

impl Snapshot {
    /// The end of the keys of the sentence about all parts.
    pub fn word(&self) -> &'static str {
        match self.worst() {
            PartState::Works if self.parts.iter().any(|part| !part.has_traffic) => "untried",
            worst => worst.as_str(),
        }
    }

    /// The worst state of a part.
    pub fn worst(&self) -> PartState {
        self.parts.iter().map(|part| part.state).max().unwrap_or(PartState::Works)
    }
}

/// The last state, since when parts do not work as this process has seen it, and what it noted of the day.
#[derive(Default)]
pub struct Board {
    remembered: Mutex<Remembered>,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Remembered {
    last: Option<Snapshot>,
    used: BTreeSet<String>,
    since: BTreeMap<PartName, i64>,
}

impl Board {
    /// The state, at most some seconds old. Concurrent callers wait for one read.
    pub async fn look(&self, app: &StatusContext) -> Snapshot {
        let mut remembered = self.remembered.lock().await;
        let now = app.clock.millis();
        if let Some(last) = remembered.last.as_ref().filter(|last| (last.at..last.at + KEPT).contains(&now)) {
            return last.clone();
        }
        let kinds = kinds(app);
        let mut seen = seen(app, kinds.iter().all(|kind| remembered.used.contains(kind.name))).await;
        remembered.used.append(&mut seen.used);
        seen.used.clone_from(&remembered.used);
        let mut parts = judge(&seen, &kinds, now);
        for part in &mut parts {
            if part.state == PartState::Works {
                remembered.since.remove(&part.name);
                part.since = None;
            } else {
                let first = part.since.unwrap_or(now);
                part.since = Some(*remembered.since.entry(part.name.clone()).or_insert(first));
            }
        }
        let days = match seen.pools.is_some() {
            true => tokio::time::timeout(ANSWERS_WITHIN, days::read(app, now)).await.ok().and_then(Result::ok),
            false => None,
        };
        let snapshot = Snapshot { at: now, parts: parts.into(), days: days.map(Arc::new) };
        remembered.last = Some(snapshot.clone());
        snapshot
    }
}

/// What this process sees now, with two statements; with a third until all kinds are in use.
async fn seen(app: &StatusContext, all_used: bool) -> Seen {
    let read = async {
        let used = if all_used { Vec::new() } else { source::kinds_in_use(&app.store).await? };
        let processes = missed_hooks::processes(&app.store).await?;
        let calls = missed_hooks::recent_calls(&app.delivery, &processes);
        Ok::<_, DbErr>((app.queue.pool_health().await?, (used, calls)))
    };
    let read = if app.store.is_open() {
        match tokio::time::timeout(ANSWERS_WITHIN, read).await {
            Ok(Ok(read)) => Some(read),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the state of the service cannot be read");
                None
            }
            Err(_) => None,
        }
    } else {
        None
    };
    let (pools, others) = read.unzip();
    let (used, calls) = others.unwrap_or_default();
    let used = used.into_iter().collect();
    let spools = pools.is_none() && app.spool.takes().await;
    Seen { pools, calls, read_only: app.is_read_only(), spools, used }
}

/// The kinds that a channel has, with their pools.
fn kinds(app: &StatusContext) -> Vec<Kind> {
    let all = app.integrations.all();
    let has =
        |kind: &str| all.iter().flat_map(|one| &one.channels).any(|one| one.connectors.iter().any(|it| it == kind));
    let kinds = app.connectors.kinds().filter(|kind| has(kind)).filter_map(|kind| app.connectors.get(kind));
    let own = connectors::webchat::KIND.name;
    kinds.map(|one| Kind { name: one.kind(), pool: one.pool(), is_ours: one.kind() == own }).collect()
}

/// The context of the status page.
pub struct StatusContext {
    pub platform: Arc<PlatformContext>,
    pub delivery: Arc<DeliveryContext>,
    pub board: Board,
}

stands_on!(StatusContext);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_165_200_000;
    const KINDS: [Kind; 2] =
        [Kind { name: "pigeon", pool: "pigeon", is_ours: false }, Kind { name: "site", pool: "site", is_ours: true }];

    fn pool(name: &str, called: i64, broken: i64, late: Option<i64>) -> PoolHealth {
        PoolHealth { pool: name.to_owned(), called, broken, due_since: late.map(|minutes| NOW - minutes * 60_000) }
    }

    fn states(seen: &Seen) -> Vec<&'static str> {
        judge(seen, &KINDS, NOW).iter().map(|part| part.state.as_str()).collect()
    }

    fn with(pools: Vec<PoolHealth>) -> Seen {
        Seen { pools: Some(pools), ..Seen::default() }
    }

    #[test]
    fn a_quiet_service_works() {
        assert_eq!(states(&with(Vec::new())), ["ok"; 5]);
        assert_eq!(states(&with(vec![pool("pigeon", 20, 1, Some(4))])), ["ok"; 5], "one of twenty, and not late");
    }

    #[test]
    fn a_part_fails_by_share_and_by_age() {
        assert_eq!(states(&with(vec![pool("amojo:main", 2, 0, Some(6))]))[1], "degraded");
        assert_eq!(states(&with(vec![pool("amojo:main", 2, 0, None), pool("amojo:b", 0, 0, Some(31))]))[1], "down");
        assert_eq!(states(&with(vec![pool("pigeon", 10, 1, None)]))[2], "degraded");
        let parts = judge(&with(vec![pool("pigeon", 1, 1, Some(40))]), &KINDS, NOW);
        assert_eq!((parts[2].state, parts[2].since), (PartState::Down, Some(NOW - 40 * 60_000)));
    }

    #[test]
    fn a_part_fails_by_its_calls() {
        let state = |calls, failed| {
            let calls = [("pigeon".to_owned(), CallFigures { calls, failed, usual: 9, within: 9 })].into();
            states(&Seen { calls: CallReport { calls, ..CallReport::default() }, ..with(Vec::new()) })[2]
        };
        assert_eq!([state(4, 2), state(31, 3), state(30, 3), state(3, 3)], ["ok", "ok", "degraded", "degraded"]);
    }

    #[test]
    fn what_was_never_used_is_not_said_to_work() {
        let traffic = |seen: &Seen| judge(seen, &KINDS, NOW).iter().map(|part| part.has_traffic).collect::<Vec<_>>();
        let mut seen = with(Vec::new());
        assert_eq!(traffic(&seen), [true, false, false, false, true]);
        seen.used.insert("site".to_owned());
        assert_eq!(traffic(&seen), [true, true, false, true, true]);
    }

    #[test]
    fn without_the_database_hooks_may_still_be_kept() {
        assert_eq!(states(&Seen { spools: true, ..Seen::default() }), ["degraded", "down", "down", "down", "down"]);
        assert_eq!(states(&Seen::default()), ["down"; 5]);
        let slow = Seen { read_only: true, ..with(Vec::new()) };
        assert_eq!(states(&slow), ["degraded", "ok", "ok", "degraded", "degraded"]);
    }
}
