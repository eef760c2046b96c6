//! The data of the message's page.

use askama::Template;
use base::i18n::{Sentence, Words};
use base::message::{Content, Direction};
use chrono::TimeDelta;
use uuid::Uuid;

use super::actions::ByHand;
use super::answer::{self, WaitingStage};
use super::around::Neighbours;
use super::mend::Mend;
use super::route::{self, RouteStep, Unreported};
use super::words_of;
use crate::delivery::read::story::Story;
use crate::panel::PanelContext;
use crate::panel::conversations;
use crate::panel::reasons::{self, Explanation};
use crate::panel::{Member, PageContext, Right};
use crate::tenant;

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
    /// The previous and the next message in the chat.
    older: Option<Uuid>,
    newer: Option<Uuid>,
    /// Time until the other side accepted it.
    took: Option<Sentence>,
    /// The contact's card in amoCRM.
    card: Option<String>,
    direction: Sentence,
    customer: String,
    phone: String,
    source: Option<(String, Sentence, bool)>,
    source_id: String,
    kind: Sentence,
    steps: Vec<RouteStep>,
    ids: Vec<(Sentence, String)>,
    /// The text was deleted at the end of its retention period.
    expired: Option<Sentence>,
    /// `None` if it was not requested, or is hidden.
    shown: Option<ContentView>,
    may_see: bool,
}

/// A message delivered this long after it was written counts as late.
const LATE: TimeDelta = TimeDelta::minutes(15);

pub fn page(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    story: &Story,
    (by_hand, around, (mend, away)): (&[ByHand], &Neighbours, (Option<Mend>, Option<i64>)),
    shown: Option<ContentView>,
) -> MessagePage {
    let words = page.words;
    let stage = WaitingStage::of(story);
    let reason = answer::reason(story, stage);
    let said: Option<Explanation> = reason.as_ref().map(|reason| answer::explanation(page, story, reason));
    let connector = story.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    let unreported = connector.map_or(Unreported::default(), |connector| Unreported::by(connector.abilities()));
    let message = &story.message;
    let direction = match story.direction {
        Direction::ToCrm if story.is_by_staff() => "messages-direction-from-manager",
        Direction::ToCrm => "messages-direction-to-crm",
        Direction::ToMessenger => "messages-direction-to-messenger",
    };
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
    let card = story.conversation.as_ref().and_then(|row| conversations::card(&member.here.tenant.host, row));
    MessagePage {
        badge: page.badge(stage.tone(), words.text(stage.word())),
        sentence: answer::sentence(page, story, (stage, unreported.all()), said.as_ref()),
        fix: said.as_ref().map(|said| said.fix.clone()),
        said: reason.map(|reason| reason.said).unwrap_or_default(),
        marks: marks(page, story, away),
        may_stop: member.may(Right::Retry) && story.waiting.is_some(),
        may_drop: story.held_found().filter(|_| member.may(Right::Retry)).map(|dead| dead.id.to_string()),
        conversation: message.conversation_id.to_string(),
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
        steps: route::route(page, story, (stage, unreported), by_hand, around),
        ids,
        shown,
        may_see: member.may(Right::SeeTexts),
        id: message.id.to_string(),
        page: page.clone(),
    }
}

/// Why the text is no longer there.
fn erased(app: &PanelContext, member: &Member, words: Words) -> Sentence {
    if tenant::keeps_no_texts(&member.here.tenant) {
        return words.text("messages-text-not-kept");
    }
    words.text("messages-text-erased").with("days", tenant::texts_days(&app.tenants, &member.here.tenant))
}

/// Time from Parom's acceptance of the message to the other side's; none while it is not accepted.
fn took(page: &PageContext, story: &Story) -> Option<Sentence> {
    let done = story.tries().rfind(|attempt| attempt.verdict == "done")?;
    let millis = (done.at + i64::from(done.ms) - story.message.accepted_at).max(0);
    Some(page.words.text("msg-took").with("delay", page.duration(&millis)))
}

/// `away`: since when the other side does not answer.
fn marks(page: &PageContext, story: &Story, away: Option<i64>) -> Vec<Sentence> {
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
    let taken = story.tries().rfind(|attempt| attempt.verdict == "done");
    if let Some(delay) =
        taken.map(|attempt| attempt.at - story.message.sent_at).filter(|delay| *delay > LATE.num_milliseconds())
    {
        marks.push(words.text("message-late").with("delay", page.duration(&delay)));
    }
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
