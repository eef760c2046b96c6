//! The route of a message: its steps in order, each with its evidence.

use base::i18n::Sentence;
use base::message::{Direction, LetterKind, Role, State};
use chrono::TimeDelta;
use domain::delivery::read::story::Story;
use domain::route::decision::{Decision, DecisionState, FALLBACK_STEP, OVER, Outcome};
use entity::{attempt, message};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::ByHand;
use super::answer::{self, Unreported, WaitingStage};
use crate::panel::routing::names::Names;
use crate::panel::{PageContext, PanelContext, html};

/// One step.
#[derive(Clone, Debug)]
pub struct RouteStep {
    /// The tone of its icon.
    pub tone: &'static str,
    /// The state as text, for people who cannot see the icon.
    pub state: Sentence,
    pub title: Sentence,
    /// Milliseconds since 1970; none if unknown.
    pub at: Option<i64>,
    /// `<time>`; empty if unknown.
    pub time: String,
    /// Time since the previous step; empty if unknown.
    pub gap: String,
    pub detail: String,
    pub attempts: Vec<RouteAttempt>,
    pub count: Option<Sentence>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct RouteAttempt {
    pub row: Sentence,
    /// Why the attempt was delayed; none if it was not.
    pub wait: Option<Sentence>,
    pub outcome: Sentence,
    pub by_hand: Option<Sentence>,
    /// Codes and answers; empty if there are none.
    pub code: String,
    pub reason: String,
    /// Only of a failed attempt.
    pub request: String,
    pub answer: String,
}

/// All steps in order.
pub fn route(
    page: &PageContext,
    story: &Story,
    stage: WaitingStage,
    unreported: Unreported,
    by_hand: &[ByHand],
    around: &Neighbours,
) -> Vec<RouteStep> {
    let draw = Draw { page, story, stage, unreported, by_hand, around };
    let mut steps = match story.direction {
        Direction::ToCrm => draw.to_crm(),
        Direction::ToMessenger => draw.to_messenger(),
    };
    differences(page, &mut steps);
    steps
}

/// The steps of a routed enquiry: which rule decided, how far its decision was carried out, and who took over when nobody answered
/// in time.
pub fn routed(names: &Names<'_>, made: &Decision) -> Vec<RouteStep> {
    let (page, words, state) = (names.page, names.page.words, made.state());
    let step = |(tone, state): (&'static str, &str), title: Sentence, at: i64, details: Vec<String>| {
        let when = page.when(&at);
        RouteStep {
            tone,
            state: words.text(format!("routing-state-{state}")),
            title,
            at: Some(at),
            time: html::time(&when.clock_seconds(), &when.machine(), &when.full()),
            gap: String::new(),
            detail: details.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". "),
            attempts: Vec::new(),
            count: None,
        }
    };
    let title = match &made.verdict.rule {
        Some(rule) => words.text("routing-hop").with("rule", rule.name.as_str()),
        None => words.text("routing-hop-none"),
    };
    let tone = match state {
        DecisionState::Done => "ok",
        DecisionState::Open | DecisionState::Waiting => "warn",
        DecisionState::Failed => "bad",
    };
    let responsible =
        made.assigned().map(|user| format!("{}: {}", words.text("routing-responsible"), names.user(user.0)));
    let faults = made.verdict.faults.iter().map(|fault| names.fault(*fault));
    let refused = made.steps.iter().filter(|step| step.outcome == Outcome::Refused && step.ask != FALLBACK_STEP);
    let unsent = made.outcome("template").filter(|step| step.outcome == Outcome::Skipped);
    let unsent = unsent.map(|step| words.text_of("routing-unsendable-", &step.detail).to_string());
    let over =
        made.outcome(OVER).map(|step| words.text_of("routing-over-", &step.detail).with("crm", page.crm).to_string());
    let refused = refused.map(|step| step.detail.clone());
    let details = responsible.into_iter().chain(faults).chain(refused).chain(unsent).chain(over);
    let mut steps = vec![step((tone, state.word()), title, made.row.created_at, details.collect())];
    steps.extend(made.outcome(FALLBACK_STEP).and_then(|other| match other.outcome {
        Outcome::Done => {
            let name = other.detail.parse().map_or_else(|_| String::new(), |user_id| names.user(user_id));
            Some(step(("ok", "done"), words.text("routing-hop-fallback").with("name", name), other.at, Vec::new()))
        }
        Outcome::Refused => {
            let title = words.text("routing-hop-nobody");
            Some(step(("bad", "failed"), title, other.at, vec![other.detail.clone()]))
        }
        Outcome::Begun | Outcome::Skipped => None,
    }));
    steps
}

struct Draw<'draw> {
    page: &'draw PageContext,
    story: &'draw Story,
    stage: WaitingStage,
    unreported: Unreported,
    by_hand: &'draw [ByHand],
    around: &'draw Neighbours,
}

impl Draw<'_> {
    fn to_crm(&self) -> Vec<RouteStep> {
        let taken = self.taken_at();
        let (words, crm) = (self.page.words, self.page.crm);
        let author = if self.story.is_by_staff() { "hop-written-by-staff" } else { "hop-written-by-customer" };
        vec![
            self.reached(author, Some(self.story.message.sent_at)),
            self.stored(),
            self.handing("hop-handing-to-crm"),
            match taken {
                Some(at) => RouteStep {
                    detail: words
                        .text("hop-number")
                        .with("id", self.story.message.amocrm_message_id.as_str())
                        .to_string(),
                    ..self.done(self.title("hop-taken-by-crm"), Some(at))
                },
                None => self.ahead("hop-taken-by-crm"),
            },
        ]
        .into_iter()
        .map(|step| RouteStep { title: step.title.with("crm", crm), ..step })
        .collect()
    }

    fn to_messenger(&self) -> Vec<RouteStep> {
        let state = State::from_number(self.story.message.state).unwrap_or(State::Queued);
        let arrived = |least: State| state != State::Failed && state >= least;
        let failed_later = self.story.failed_later();
        let sender = &self.story.body.sender;
        let is_bots = sender.role == Role::Bot && sender.id == domain::salesbot::SENDER;
        let written = if is_bots { "hop-salesbot" } else { "hop-written-by-manager" };
        let mut steps = vec![self.reached(written, Some(self.story.message.sent_at))];
        steps.extend(self.story.found.as_ref().map(|found| self.reached("hop-found-in-history", Some(found.at))));
        steps.extend([self.stored(), self.handing("hop-handing-to-messenger")]);
        steps.push(match arrived(State::Sent) || failed_later {
            true => self.reached("hop-taken-by-messenger", self.taken_at()),
            false => self.ahead("hop-taken-by-messenger"),
        });
        // If a receipt arrives before its predecessor, the predecessor has happened, but its time is unknown.
        let receipts = self.story.receipts;
        let delivered = receipts.delivered.or(receipts.read);
        steps.push(match failed_later {
            true => self.failed("hop-delivered", receipts.failed),
            false => self.receipt("hop-delivered", arrived(State::Delivered), self.unreported.delivery, delivered),
        });
        steps.push(self.receipt("hop-read", arrived(State::Read), self.unreported.reading, receipts.read));
        steps.push(self.shown());
        steps
    }

    fn title(&self, key: &'static str) -> Sentence {
        let (page, story) = (self.page, self.story);
        let messenger = story.source.as_ref().map_or_else(
            || page.words.text("messages-customer-unknown").to_string(),
            |source| page.words.text_of("connector-", &source.kind).to_string(),
        );
        let sender = &story.body.sender;
        let named = sender.name.clone().filter(|name| sender.role == Role::Manager && !name.is_empty());
        let manager = named.unwrap_or_else(|| page.words.text("msg-manager").to_string());
        page.words.text(key).with("crm", page.crm).with("messenger", messenger).with("manager", manager)
    }

    /// With seconds, because the steps of one message are close together.
    fn moment(&self, at: i64) -> String {
        let when = self.page.when(&at);
        let stamp = when.stamp();
        let said = if stamp == when.clock() { when.clock_seconds() } else { stamp };
        html::time(&said, &when.machine(), &when.full())
    }

    fn done(&self, title: Sentence, at: Option<i64>) -> RouteStep {
        RouteStep {
            tone: "ok",
            state: self.page.words.text("letter-state-done"),
            title,
            at,
            time: at.map_or_else(|| self.page.words.text("msg-time-unknown").to_string(), |at| self.moment(at)),
            gap: String::new(),
            detail: String::new(),
            attempts: Vec::new(),
            count: None,
        }
    }

    fn reached(&self, key: &'static str, at: Option<i64>) -> RouteStep {
        self.done(self.title(key), at)
    }

    /// A step that has not happened; without text after a final failure.
    fn ahead(&self, key: &'static str) -> RouteStep {
        let over = self.stage == WaitingStage::Failed;
        let not_yet = self.page.words.text("hop-not-reached");
        RouteStep {
            tone: "off",
            detail: if over { String::new() } else { not_yet.to_string() },
            state: not_yet,
            time: String::new(),
            ..self.done(self.title(key), None)
        }
    }

    /// A step that failed, with the reason.
    fn failed(&self, key: &'static str, at: Option<i64>) -> RouteStep {
        let reason = answer::reason(self.story, self.stage);
        let why = reason.map(|reason| answer::explanation(self.page, self.story, &reason).what.to_string());
        RouteStep {
            tone: self.stage.tone(),
            state: self.page.words.text(self.stage.word()),
            detail: why.unwrap_or_default(),
            ..self.reached(key, at)
        }
    }

    /// A step that only the messenger can report: whether it did, and whether it never does.
    fn receipt(&self, key: &'static str, came: bool, never: bool, at: Option<i64>) -> RouteStep {
        // What the messenger accepted may count as delivered: that is no report.
        if never && at.is_none() && matches!(self.stage, WaitingStage::Sent | WaitingStage::Delivered) {
            let unreported = self.title("hop-no-receipts");
            return RouteStep { detail: unreported.to_string(), state: unreported, ..self.ahead(key) };
        }
        if came { self.done(self.title(key), at) } else { self.ahead(key) }
    }

    fn stored(&self) -> RouteStep {
        let message = &self.story.message;
        let late = (message.accepted_at - message.sent_at).max(0);
        // Otherwise the step before is the sending, and the time since then is beside the step's own time.
        let said = || self.page.words.text("hop-stored-detail").with("duration", self.page.duration(&late)).to_string();
        let detail = self.story.found.as_ref().map_or_else(String::new, |_| said());
        RouteStep { detail, ..self.reached("hop-stored", Some(message.accepted_at)) }
    }

    fn taken_at(&self) -> Option<i64> {
        self.story.tries().rfind(|attempt| attempt.verdict == "done").map(|attempt| attempt.at + i64::from(attempt.ms))
    }

    fn handing(&self, key: &'static str) -> RouteStep {
        let attempts: Vec<_> = self.story.tries().map(|attempt| self.tried(attempt, self.story.direction)).collect();
        let words = self.page.words;
        let count = (!attempts.is_empty()).then(|| words.text("attempts-title").with("count", attempts.len()));
        let next = self.story.waiting.as_ref().and_then(|waiting| waiting.next_at);
        let next = next.filter(|_| self.stage == WaitingStage::Retrying || self.stage == WaitingStage::Checking);
        let detail = next.map(|at| words.text("attempt-next").with("time", self.page.when(&at).due()).to_string());
        let (tone, state) = match self.stage {
            WaitingStage::Sent | WaitingStage::Delivered | WaitingStage::Read => ("ok", "letter-state-done"),
            WaitingStage::Failed if self.story.failed_later() => ("ok", "letter-state-done"),
            stage => (stage.tone(), stage.word()),
        };
        RouteStep {
            tone,
            state: words.text(state),
            title: self.title(key),
            at: None,
            time: String::new(),
            gap: String::new(),
            detail: detail.unwrap_or_default(),
            attempts,
            count,
        }
    }

    /// The status that was sent to amoCRM.
    fn shown(&self) -> RouteStep {
        let tries: Vec<_> = self.story.status_tries().collect();
        let attempts: Vec<_> = tries.iter().map(|attempt| self.tried(attempt, Direction::ToCrm)).collect();
        let Some(last) = tries.last() else { return self.ahead("hop-status-shown") };
        let count = Some(self.page.words.text("attempts-title").with("count", attempts.len()));
        if last.verdict == "done" {
            let at = last.at + i64::from(last.ms);
            return RouteStep { attempts, count, ..self.done(self.title("hop-status-shown"), Some(at)) };
        }
        let state = self.page.words.text("letter-state-retrying");
        RouteStep { tone: "wait", state, time: String::new(), attempts, count, ..self.ahead("hop-status-shown") }
    }

    fn tried(&self, attempt: &attempt::Model, direction: Direction) -> RouteAttempt {
        let words = self.page.words;
        let code = if attempt.status == 0 { String::new() } else { format!("HTTP {}", attempt.status) };
        let by_hand = self.by_hand.iter().rfind(|action| action.at <= attempt.at);
        let first_after = |action: &ByHand| {
            !self
                .story
                .attempts
                .iter()
                .any(|other| other.at >= action.at && other.at < attempt.at && other.kind == attempt.kind)
        };
        RouteAttempt {
            row: words
                .text("attempt-row")
                .with("n", attempt.number)
                .with("clock", self.page.when(&attempt.at).clock_seconds())
                .with("ms", attempt.ms),
            wait: reason(self.page, self.story, self.around, attempt),
            outcome: answer::outcome(self.page, self.story, attempt, direction),
            by_hand: by_hand
                .filter(|action| first_after(action))
                .map(|action| words.text("attempt-by-hand").with("name", action.name.as_str())),
            code,
            reason: attempt.reason.clone(),
            request: attempt.request.clone().unwrap_or_default(),
            answer: attempt.answer.clone(),
        }
    }
}

/// Shorter waits need no explanation.
const AT_ONCE: TimeDelta = TimeDelta::seconds(1);

/// Fills in the time between steps, where known.
pub fn differences(page: &PageContext, steps: &mut [RouteStep]) {
    let mut before: Option<i64> = None;
    for step in steps {
        let Some(at) = step.at else { continue };
        // Receipts may be older than the previous step, because their times come from another clock.
        if let Some(gap) = before.map(|before| at - before).filter(|gap| *gap >= 0) {
            step.gap = format!("+{}", page.duration(&gap));
        }
        before = Some(at);
    }
}

/// Why an attempt was delayed; none if it was not.
pub fn reason(page: &PageContext, story: &Story, around: &Neighbours, attempt: &attempt::Model) -> Option<Sentence> {
    let words = page.words;
    let tries: Vec<&attempt::Model> = story.attempts.iter().filter(|one| one.letter_id == attempt.letter_id).collect();
    let place = tries.iter().position(|one| one.number == attempt.number && one.at == attempt.at)?;
    if let Some(before) = place.checked_sub(1).and_then(|place| tries.get(place)) {
        let wait = attempt.at - before.at - i64::from(before.ms);
        let said = words.text("attempt-after").with("n", before.number).with("delay", page.duration(&wait.max(0)));
        return Some(said);
    }
    let is_own = story.tries().next().is_some_and(|first| first.letter_id == attempt.letter_id);
    let wait = attempt.at - story.message.accepted_at;
    if !is_own || wait < AT_ONCE.num_milliseconds() {
        return None;
    }
    let key = match around.before_until {
        Some(until) if until > story.message.accepted_at => "attempt-waited-chat",
        _ => "attempt-waited-turn",
    };
    Some(words.text(key).with("delay", page.duration(&wait)))
}

/// The neighbours of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours {
    pub older: Option<Uuid>,
    pub newer: Option<Uuid>,
    /// When the previous message in the same direction had its last attempt; none if there was none. A chat's messages
    /// are sent in order, so this one waited for it.
    pub before_until: Option<i64>,
}

pub async fn neighbours_of(app: &PanelContext, one: &message::Model) -> Result<Neighbours, DbErr> {
    let db = app.store.read();
    let in_chat =
        || message::Entity::of_tenant(one.tenant_id).filter(message::Column::ConversationId.eq(one.conversation_id));
    let older = in_chat().filter(message::Column::Id.lt(one.id)).order_by_desc(message::Column::Id);
    let newer = in_chat().filter(message::Column::Id.gt(one.id)).order_by_asc(message::Column::Id);
    let before = older.clone().filter(message::Column::Direction.eq(one.direction));
    let id = async |select: Select<message::Entity>| {
        select.select_only().column(message::Column::Id).limit(1).into_tuple::<Uuid>().one(db).await
    };
    let last = match id(before).await? {
        Some(before) => {
            attempt::Entity::of_tenant(one.tenant_id)
                .filter(attempt::Column::MessageId.eq(before))
                .filter(attempt::Column::Kind.eq(LetterKind::Message.number()))
                .order_by_desc(attempt::Column::At)
                .limit(1)
                .one(db)
                .await?
        }
        None => None,
    };
    Ok(Neighbours {
        older: id(older).await?,
        newer: id(newer).await?,
        before_until: last.map(|last| last.at + i64::from(last.ms)),
    })
}
