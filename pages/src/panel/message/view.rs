//! The data of the message's page.

use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, Words};
use base::message::{Content, Direction};
use domain::delivery::read::story::Story;
use domain::route::decision;
use domain::source::{SourceState, SourceStatus, StateReason};
use domain::tenant;
use uuid::Uuid;

use super::answer::{self, Unreported, WaitingStage};
use super::late::late;
use super::route::{self, RouteStep, neighbours_of};
use super::{by_hand, words_of};
use crate::panel::messages::way;
use crate::panel::reasons::{self, Explanation};
use crate::panel::routing::names::Names;
use crate::panel::sources::{ActionButton, action_of};
use crate::panel::{Member, PageContext, PanelContext, Right, conversations};

/// A button.
pub enum Main {
    /// A form.
    Post {
        action: String,
        label: String,
    },
    /// A link to a confirmation page, or to the page where the cause can be fixed.
    Go {
        address: String,
        label: String,
    },
    None,
}

/// The content, if it is shown.
pub struct ContentView {
    text: String,
    /// Labels with values: file, size, place, contact.
    facts: Vec<(Sentence, String)>,
}

impl ContentView {
    pub fn of(page: &PageContext, content: &Content) -> Self {
        let say = |key: &'static str| page.words.text(key);
        let mut facts = Vec::new();
        match content {
            Content::Picture(media)
            | Content::Video(media)
            | Content::File(media)
            | Content::Voice(media)
            | Content::Audio(media)
            | Content::Sticker(media) => {
                facts.push((say("msg-file-name"), media.file_name.clone()));
                if media.file_size > 0 {
                    facts.push((say("msg-file-size"), page.bytes(&media.file_size)));
                }
            }
            Content::Location { latitude, longitude } => {
                facts.push((say("messages-kind-location"), format!("{latitude:.5}, {longitude:.5}")));
            }
            Content::Contact { name, phone } => facts.push((say("messages-kind-contact"), format!("{name} {phone}"))),
            Content::Text { .. } => {}
        }
        facts.retain(|(_, value)| !value.trim().is_empty());
        Self { text: words_of(content).unwrap_or_default().to_owned(), facts }
    }
}

#[derive(Template)]
#[template(path = "panel/message/page.html")]
pub struct MessagePage {
    page: PageContext,
    id: String,
    badge: String,
    sentence: Sentence,
    fix: Option<Sentence>,
    said: String,
    marks: Vec<Sentence>,
    main: Main,
    /// Beside the main button: sending again while something has to be mended first.
    beside: Main,
    may_stop: bool,
    /// The dead letter, if it only waits for a person's decision.
    may_drop: Option<String>,
    conversation: String,
    may_block: bool,
    /// The previous and the next message in the chat.
    older: Option<Uuid>,
    newer: Option<Uuid>,
    /// Time until the other side accepted it.
    took: Option<String>,
    /// The contact's card in amoCRM.
    card: Option<String>,
    direction: Sentence,
    customer: String,
    phone: String,
    source: Option<(String, Sentence, bool)>,
    source_id: String,
    kind: Sentence,
    steps: Vec<RouteStep>,
    /// Whether routes decided about it.
    is_routed: bool,
    ids: Vec<(Sentence, String)>,
    /// The text was deleted at the end of its retention period.
    expired: Option<Sentence>,
    /// `None` if it was not requested, or is hidden.
    shown: Option<ContentView>,
    may_see: bool,
}

/// `shown`: the content, if it was requested.
pub async fn page(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    story: &Story,
    shown: Option<ContentView>,
) -> Result<MessagePage> {
    let by_hand = by_hand(app, story).await?;
    let around = neighbours_of(app, &story.message).await?;
    let mend = mend_of(app, member, page, story).await?;
    let away = away(app, story).await?;
    let late = late(app, page, story, &around).await?;
    let words = page.words;
    let stage = WaitingStage::of(story);
    let reason = answer::reason(story, stage);
    let said: Option<Explanation> = reason.as_ref().map(|reason| answer::explanation(page, story, reason));
    let connector = story.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    let unreported = connector.map_or(Unreported::default(), |connector| Unreported::by(connector.abilities()));
    let message = &story.message;
    let (_, direction) = way(story.direction, story.body.sender.role);
    let source = story
        .source
        .as_ref()
        .map(|source| (source.name.clone(), words.text_of("connector-", &source.kind), source.deleted_at.is_none()));
    let id = |key: &'static str, value: &str| (words.text(key).with("crm", page.crm), value.to_owned());
    let mut ids = vec![
        id("msg-id-ours", &message.id.to_string()),
        id("msg-id-messenger", &message.external_id),
        id("msg-id-crm", &message.amocrm_message_id),
        id("msg-id-chat", &message.conversation_id.to_string()),
    ];
    if let Some(conversation) = &story.conversation {
        ids.push(id("msg-id-crm-chat", &conversation.amocrm_chat_id));
    }
    ids.retain(|(_, value)| !value.is_empty());
    let send = main(app, member, page, story, stage);
    let (main, beside) = match mend {
        Some(Mend(mended)) => (mended, send),
        // Parom finds the outcome out itself: sending again is not the first thing to do.
        None if stage == WaitingStage::Checking => (Main::None, send),
        None => (send, Main::None),
    };
    let mut steps = route::route(page, story, stage, unreported, &by_hand, &around);
    let mut is_routed = false;
    if story.direction == Direction::ToCrm
        && let Some(made) = decision::find(app.store.read(), message.tenant_id, message.id).await?
    {
        is_routed = true;
        steps.extend(route::routed(&Names::read(app, member, page, false).await?, &made));
    }
    if let Some(until) = domain::salesbot::waits_until(app.store.read(), message).await?
        && let Some(written) = steps.first_mut()
    {
        written.detail = words.text("hop-salesbot-waits").with("time", page.when(&until).full()).to_string();
    }
    let card = story.conversation.as_ref().and_then(|row| conversations::card(&member.here.tenant.host, row));
    Ok(MessagePage {
        badge: page.badge(stage.tone(), words.text(stage.word())),
        sentence: answer::sentence(page, story, stage, unreported, said.as_ref()),
        // While Parom checks by itself there is nothing to do.
        fix: said.as_ref().filter(|_| stage != WaitingStage::Checking).and_then(|said| said.fix.clone()),
        said: reason.map(|reason| reason.said).unwrap_or_default(),
        marks: marks(page, story, away, late),
        may_stop: member.may(Right::Retry) && story.waiting.is_some(),
        may_drop: story.held_found().filter(|_| member.may(Right::Retry)).map(|dead| dead.id.to_string()),
        conversation: message.conversation_id.to_string(),
        may_block: member.may(Right::EditCustomers)
            && story.conversation.as_ref().is_some_and(|one| one.blocked_by.is_empty()),
        older: around.older,
        newer: around.newer,
        took: took(page, story),
        card: card.filter(|card| !matches!(&main, Main::Go { address, .. } if address == card)),
        main,
        beside,
        direction: words.text(direction),
        customer: reasons::customer(&story.contact, words),
        phone: story.contact.phone.as_deref().map(reasons::short_phone).unwrap_or_default(),
        source,
        source_id: message.source_id.to_string(),
        kind: words.text_of("messages-kind-", story.body.content.kind()),
        expired: story.body.expired.then(|| erased(app, member, words)),
        steps,
        is_routed,
        ids,
        shown,
        may_see: member.may(Right::SeeTexts),
        id: message.id.to_string(),
        page: page.clone(),
    })
}

/// Why the text is no longer there.
fn erased(app: &PanelContext, member: &Member, words: Words) -> Sentence {
    if tenant::keeps_no_texts(&member.here.tenant) {
        return words.text("messages-text-not-kept");
    }
    words.text("messages-text-erased").with("days", tenant::texts_days(&app.tenants, &member.here.tenant))
}

/// Time from Parom's acceptance of the message to the other side's; none while it is not accepted.
fn took(page: &PageContext, story: &Story) -> Option<String> {
    let done = story.tries().rfind(|attempt| attempt.verdict == "done")?;
    let millis = (done.at + i64::from(done.ms) - story.message.accepted_at).max(0);
    Some(page.duration(&millis))
}

/// `away`: since when the other side does not answer; `late`: that the message was late, and why.
fn marks(page: &PageContext, story: &Story, away: Option<i64>, late: Option<Sentence>) -> Vec<Sentence> {
    let words = page.words;
    let mut marks = Vec::new();
    if let Some(since) = away {
        let key = match story.direction {
            Direction::ToCrm => "msg-crm-away",
            Direction::ToMessenger => "msg-messenger-away",
        };
        marks.push(words.text(key).with("crm", page.crm).with("stamp", page.when(&since).stamp()));
    }
    if story.message.possible_duplicate {
        marks.push(words.text("message-maybe-twice"));
    }
    if story.found.is_some() {
        marks.push(words.text("message-found-in-history").with("crm", page.crm));
    }
    marks.extend(late);
    marks
}

fn main(app: &PanelContext, member: &Member, page: &PageContext, story: &Story, stage: WaitingStage) -> Main {
    let path = format!("/panel/messages/{}", story.message.id);
    let words = page.words;
    let say = |key: &'static str| words.text(key).to_string();
    let again = || say("msg-send-again");
    let may = member.may(Right::Retry);
    match stage {
        WaitingStage::Retrying if may => Main::Post { action: format!("{path}/now"), label: say("msg-try-now") },
        WaitingStage::Checking if may => Main::Go { address: format!("{path}/again"), label: again() },
        WaitingStage::Failed if may && story.dead_message().is_some() => {
            let gone = story.direction == Direction::ToMessenger
                && story
                    .source
                    .as_ref()
                    .is_none_or(|source| source.deleted_at.is_some() || app.connectors.get(&source.kind).is_none());
            match (gone, story.may_repeat() && story.tries().any(|attempt| attempt.verdict == "unknown")) {
                (true, _) => Main::None,
                (false, true) => Main::Go { address: format!("{path}/again"), label: again() },
                (false, false) => {
                    let label = if story.held_found().is_some() { say("msg-send-now") } else { again() };
                    Main::Post { action: format!("{path}/again"), label }
                }
            }
        }
        WaitingStage::Held => match story.source.as_ref().filter(|_| member.may(Right::EditSources)) {
            Some(source) if source.deleted_at.is_none() => {
                Main::Go { address: format!("/panel/sources/{}", source.id), label: say("msg-open-source") }
            }
            _ => Main::None,
        },
        _ => Main::None,
    }
}

/// Since when the side that a waiting message goes to does not answer; `None` if it answers.
async fn away(app: &PanelContext, story: &Story) -> Result<Option<i64>> {
    let Some(source) = story.source.as_ref().filter(|_| story.waiting.is_some()) else { return Ok(None) };
    let state = domain::source::state(&app.sources, source).await?;
    let is_away = match story.direction {
        Direction::ToCrm => state.status == SourceStatus::CrmUnreachable && state.reason.is_none(),
        Direction::ToMessenger => state.reason == Some(StateReason::MessengerUnreachable),
    };
    Ok(is_away.then_some(state.since))
}

/// What has to be mended, with its button: [`Main::None`] if this person cannot do it, or nothing can be done here.
struct Mend(Main);

/// `None` if the message did not fail, or sending it again may help.
async fn mend_of(app: &PanelContext, member: &Member, page: &PageContext, story: &Story) -> Result<Option<Mend>> {
    let stage = WaitingStage::of(story);
    if stage != WaitingStage::Failed || story.dead_message().is_none() {
        return Ok(None);
    }
    if let Some(source) = story.source.as_ref().filter(|source| source.deleted_at.is_none()) {
        let state = domain::source::state(&app.sources, source).await?;
        if is_in_the_way(story.direction, &state) {
            let button = state.action.and_then(|action| action_of(page, source, action));
            let button = button.filter(|button| !button.edits || member.may(Right::EditSources));
            return Ok(Some(Mend(button.map_or(Main::None, of_button))));
        }
    }
    let Some(reason) = answer::reason(story, stage).filter(|reason| reasons::needs_mending(reason.key)) else {
        return Ok(None);
    };
    let label = page.words.text("msg-open-card").with("crm", page.crm).to_string();
    let card = match reason.key {
        // Only the vendor can enter it.
        "no_bot" => None,
        _ => story.conversation.as_ref().and_then(|row| conversations::card(&member.here.tenant.host, row)),
    };
    Ok(Some(Mend(card.map_or(Main::None, |address| Main::Go { address, label }))))
}

fn of_button(button: ActionButton) -> Main {
    let ActionButton { label, post, address, .. } = button;
    if post { Main::Post { action: address, label } } else { Main::Go { address, label } }
}

/// Whether nothing is delivered in this direction while the source is in this state.
fn is_in_the_way(direction: Direction, state: &SourceState) -> bool {
    let is_held = matches!(state.reason, Some(StateReason::AccountSuspended | StateReason::AccountPlanEnded));
    let is_of_crm = matches!(
        state.reason,
        Some(
            StateReason::AccountUnpaid
                | StateReason::AccountBlocked
                | StateReason::AccountDisconnected
                | StateReason::AccountNotConnected
                | StateReason::ChannelDisconnected
                | StateReason::ChannelMisconfigured
                | StateReason::ChannelNotAllowed
        )
    );
    let is_shut = matches!(state.status, SourceStatus::Stopped | SourceStatus::Paused | SourceStatus::Blocked);
    match direction {
        Direction::ToCrm => is_held || is_of_crm,
        Direction::ToMessenger => is_held || (is_shut && !is_of_crm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_way_of_its_direction_has_to_be_mended() {
        let state = |status, reason| SourceState {
            status,
            since: 0,
            reason,
            step: String::new(),
            detail: String::new(),
            action: None,
            proved_at: None,
            paused_by: String::new(),
            next_at: None,
            is_untested: false,
        };
        let both = |state: SourceState| {
            [Direction::ToCrm, Direction::ToMessenger].map(|direction| is_in_the_way(direction, &state))
        };
        assert_eq!(both(state(SourceStatus::Working, None)), [false, false]);
        assert_eq!(both(state(SourceStatus::Stopped, Some(StateReason::AccessRefused))), [false, true]);
        assert_eq!(both(state(SourceStatus::Stopped, Some(StateReason::ChannelDisconnected))), [true, false]);
        assert_eq!(both(state(SourceStatus::Unpaid, Some(StateReason::AccountUnpaid))), [true, false]);
        assert_eq!(both(state(SourceStatus::Paused, Some(StateReason::AccountSuspended))), [true, true]);
        assert_eq!(both(state(SourceStatus::NeedsAttention, Some(StateReason::PipelineArchived))), [false, false]);
    }
}
