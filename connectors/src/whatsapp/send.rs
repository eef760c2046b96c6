//! WhatsApp number → customer. If Meta refuses a request for a known reason, it is changed and sent again, once for
//! each reason, within the same letter (whatsapp §15).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::cache::Cache;
use base::i18n::LocalizedText;
use base::message::{Content, Failure, FailureCode, Media, State};
use base::phone::Phone;
use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Taken, Verdict};
use serde_json::{Value, json};

use super::api::{Address, GraphApi};
use super::setup::{SourceNumber, token};
use super::wire::{Id, Many, wire};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::{CatalogEntry, Fix, WHATSAPP};
use crate::fit::lines;
use crate::sending::{self, Draft, Judged, Next, ReadMarks};
use crate::{Event, LastIncoming, Message, MessageIds, Outgoing, Settings, field};
use draft::{MessageDraft, Request};
use file::{FileForm, SendContext, UploadedFiles};

mod draft;
mod file;

/// What this process remembers about the numbers.
pub(super) struct NumberStates {
    rhythm: Rhythm,
    uploaded: UploadedFiles,
    marks: ReadMarks,
    typing: RateLimiter<Pair>,
}

impl Default for NumberStates {
    fn default() -> Self {
        Self {
            rhythm: Rhythm::default(),
            uploaded: file::uploaded_files(),
            marks: ReadMarks::default(),
            typing: RateLimiter::new(PEOPLE),
        }
    }
}

wire! {
    /// The answer to an accepted message.
    Accepted {
        contacts: Many<AcceptedContact>,
        messages: Many<AcceptedMessage>,
    }

    AcceptedContact {
        wa_id: Id,
        user_id: Id,
    }

    AcceptedMessage {
        id: Id,
    }
}

/// Sends an event. The report contains how long to send nothing to the conversation.
pub(super) async fn send(api: &GraphApi, memory: &NumberStates, settings: &Settings, outgoing: &Outgoing) -> Report {
    let line = match line(api, memory, settings, outgoing) {
        Ok(line) => line,
        Err(report) => return *report,
    };
    match &outgoing.event {
        Event::Created(message) | Event::Started(message) => {
            let report = send_message(&line, message).await;
            line.memory.rhythm.note(&line, report).await
        }
        Event::Edited(_) => {
            // A sent message cannot be changed (whatsapp §6).
            let text = outgoing.words.text("failure-unsupported").to_string();
            let failure = Failure { code: FailureCode::Unsupported, text };
            Report::not_done(Verdict::Bury(failure), "messages cannot be changed")
        }
        Event::Typing { .. } => typing(&line).await,
        Event::Reaction { message, emoji, .. } => reaction(&line, message, emoji.as_deref()).await,
    }
}

/// How far a message is if its next request arrived.
pub(super) fn onward(
    api: &GraphApi,
    memory: &NumberStates,
    settings: &Settings,
    outgoing: &Outgoing,
) -> Option<String> {
    let (line, message) = (line(api, memory, settings, outgoing).ok()?, outgoing.message()?);
    sending::onward(draft::MessageDraft::of(&line, message), &line, outgoing, message)
}

/// The error is a report that explains why nothing can be sent.
fn line<'a>(
    api: &'a GraphApi,
    memory: &'a NumberStates,
    settings: &'a Settings,
    outgoing: &'a Outgoing,
) -> Result<SendContext<'a>, Box<Report>> {
    let stop = |said: String| Box::new(Report::not_done(Verdict::Pause, said));
    let number =
        SourceNumber::of(settings).ok_or_else(|| stop(base::i18n::LocalizedText::new("said-wa-number").to_string()))?;
    let token = token(settings).map_err(|denied| stop(denied.text().to_string()))?;
    let address = Address::parse(&outgoing.conversation_id).or_else(|| begun(outgoing)).ok_or_else(|| {
        let verdict = Verdict::Bury(WHATSAPP.failure("w2", outgoing.words));
        Box::new(Report::not_done(verdict, "there is no phone to write to"))
    })?;
    let options = field::options(settings);
    Ok(SendContext { api, number, token, options, address, outgoing, memory })
}

/// The phone number for a manager's first message.
fn begun(outgoing: &Outgoing) -> Option<Address> {
    let Event::Started(message) = &outgoing.event else { return None };
    let phone = Phone::parse(message.receiver.phone.as_deref()?, None)?;
    Some(Address::Phone(phone.reached_at()?.to_owned()))
}

/// Why a request was not accepted.
pub(super) struct NotPosted {
    failed: ApiError,
    /// Its file, if the file's id was cached from an earlier message.
    known: Option<Media>,
}

/// Sends the next request of a message, changing it for each known reason for a refusal.
async fn send_message(line: &SendContext<'_>, message: &Message) -> Report {
    if message.registered_template.is_some() && message.part.number > 1 {
        // The template contains the whole text; further parts would repeat it.
        return Report::done(200, Taken { state: Some(State::Sent), ..Taken::default() });
    }
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = WHATSAPP.failure("w25", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    let report = sending::send(draft, line, line.outgoing, message).await;
    if matches!(report.verdict, Verdict::Done(_)) {
        mark_read(line).await;
    }
    report
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Accepted;
    type Failed = NotPosted;

    /// Without quote, as a document, as a link, values on one line.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        self.requests.len() > 1
    }

    fn advance(&mut self) {
        self.requests.pop_front();
        self.quote = None;
    }

    async fn post(&self, line: &SendContext<'_>) -> Result<Accepted, NotPosted> {
        let file = self.requests.front().and_then(|request| request.file());
        let known = match file {
            Some(file) if file::is_known(line, file).await => Some(file.clone()),
            _ => None,
        };
        self.request(line).await.map_err(|failed| NotPosted { failed, known })
    }

    async fn judge(&mut self, line: &SendContext<'_>, failed: &NotPosted, changes: &[Fix]) -> Next {
        let NotPosted { failed, known } = failed;
        // Meta may have deleted the file early: the bytes are uploaded again, once.
        if let (Some(file), Some(_), false) = (known, failed.refusal(), self.uploads_again) {
            file::forget(line, file).await;
            self.uploads_again = true;
            return Next::Again;
        }
        judge(line, failed).await.once(changes, |fix| if changes.contains(&fix) { next(fix) } else { fix })
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&NotPosted>) -> bool {
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Document => self.become_document(),
            Fix::Bytes => self.become_link(line, message),
            Fix::OneLine => match self.requests.front_mut() {
                Some(Request::Template { object, .. }) => draft::flatten(object),
                _ => false,
            },
            Fix::NewChat
            | Fix::NoTopic
            | Fix::Shorter
            | Fix::CaptionApart
            | Fix::Plain
            | Fix::Audio
            | Fix::OneByOne
            | Fix::ButtonsAsText => false,
        }
    }

    /// The message's id, and the person's other id if Meta returned a new one, derived from the typed number.
    fn taken(&self, line: &SendContext<'_>, accepted: Accepted) -> Taken {
        let contact = accepted.contacts.first();
        let phone = contact.and_then(|contact| contact.wa_id.some()).map(str::to_owned);
        let bsuid = contact.and_then(|contact| contact.user_id.some()).map(str::to_owned);
        let external_id = accepted.messages.first().and_then(|message| message.id.some()).map(str::to_owned);
        let mut taken = Taken { external_id, state: Some(State::Sent), ..Taken::default() };
        match (&line.outgoing.event, &line.address) {
            (Event::Started(_), Address::Phone(typed)) => {
                taken.receiver_id = bsuid.or_else(|| phone.clone());
                taken.conversation_id = phone.or_else(|| Some(typed.clone()));
            }
            (_, Address::Phone(known)) => taken.moved_to = phone.filter(|phone| phone != known),
            _ => {}
        }
        taken
    }
}

/// A file that is refused as a document too becomes a link.
fn next(fix: Fix) -> Fix {
    if fix == Fix::Document { Fix::Bytes } else { fix }
}

impl MessageDraft {
    /// A text that was to be a line above is sent separately: a document can have a caption, but so had the file.
    fn become_document(&mut self) -> bool {
        match self.requests.front_mut() {
            Some(Request::File { form, .. } | Request::Interactive { file: Some((form, _)), .. }) => {
                std::mem::replace(form, FileForm::Document) != FileForm::Document
            }
            _ => false,
        }
    }

    /// Replaces a file that cannot be sent in any other way by its link.
    fn become_link(&mut self, line: &SendContext<'_>, message: &Message) -> bool {
        let mut content: Content = message.content.clone();
        let Some(file) = content.media_mut() else { return false };
        match self.requests.front_mut() {
            Some(Request::File { media, caption, .. }) => {
                (*file).clone_from(media);
                file.text = Some(std::mem::take(caption)).filter(|caption| !caption.is_empty());
                self.requests.pop_front();
            }
            // The text stays with the buttons.
            Some(Request::Interactive { file: header, .. }) => {
                let Some((_, media)) = header.take() else { return false };
                *file = Media { text: None, ..*media };
            }
            _ => return false,
        }
        self.requests.push_front(Request::Text(lines::content(line.outgoing.words, &content)));
        true
    }
}

// Typing, reactions and read marks (whatsapp §6, §8).

/// Typing is shown for 25 seconds, so more frequent calls would change nothing.
const TYPING: Budget = Budget { at_once: 1, each: 20_000 };
/// Meta accepts read marks for messages of the last 30 days; typing is only useful within a day.
const WINDOW: i64 = 24 * 3600;

/// Shows typing. This marks the customer's messages as read, so it is sent only if that is enabled.
async fn typing(line: &SendContext<'_>) -> Report {
    let nothing = Report::done(0, Taken::default());
    let Some(last) = last(line) else { return nothing };
    let now = line.outgoing.now;
    let recent = now.timestamp() - last.at.timestamp() < WINDOW;
    if !recent || line.memory.typing.take(pair(line), TYPING, now.timestamp_millis()).await.is_err() {
        return nothing;
    }
    let mut body = read(last);
    body["typing_indicator"] = json!({ "type": "text" });
    match line.post(&body).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).await.report,
    }
}

/// Marks the customer's messages as read when they are answered. The result is ignored.
async fn mark_read(line: &SendContext<'_>) {
    let Some(last) = last(line) else { return };
    let (number, _) = pair(line);
    line.memory.marks.mark(&number, line.outgoing, line.post(&read(last))).await;
}

/// The customer's last message, if it may be marked and Meta knows it.
fn last<'a>(line: &SendContext<'a>) -> Option<&'a LastIncoming> {
    let last = line.outgoing.last_incoming.as_ref()?;
    (line.options.mark_read && last.external_id.starts_with("wamid.")).then_some(last)
}

fn read(last: &LastIncoming) -> Value {
    // Meta knows several contact cards as one message.
    let id = last.external_id.split('#').next().unwrap_or_default();
    json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id })
}

/// Sets or removes the business's single reaction to a message.
async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let known =
        message.external_id.as_deref().and_then(|id| id.split('#').next()).filter(|id| id.starts_with("wamid."));
    let Some(message_id) = known else { return Report::done(0, Taken::default()) };
    let mut body = line.envelope();
    body.insert("type".to_owned(), json!("reaction"));
    body.insert("reaction".to_owned(), json!({ "message_id": message_id, "emoji": emoji.unwrap_or_default() }));
    match line.post(&Value::Object(body)).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).await.report,
    }
}

/// The row for too many messages to one person.
const PAIR: &str = "w6";
/// Rows of limits that apply to the whole number.
const OF_NUMBER: [&str; 5] = ["w7", "w8", "w9", "w16", "429"];

/// Judges a failed call.
async fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    let refusal = match failed.judged("said-wa-unreadable") {
        Ok(judged) => return judged,
        Err(refusal) => refusal,
    };
    let Refusal { status, code, text, trace, .. } = refusal;
    let row = WHATSAPP.find(*code, text);
    let answer = json!({ "error": { "code": code, "message": text, "fbtrace_id": trace } }).to_string();
    let said = LocalizedText::new("said-wa-answered").with("code", code.to_string()).with("text", text.as_str());
    let retry = retry(line, row, refusal).await;
    Judged::refused(row, line.outgoing.words, retry, said.to_string()).with_answer(*status, &answer)
}

/// When the message is sent again, if the refusal is transient.
async fn retry(line: &SendContext<'_>, row: Option<&CatalogEntry>, refusal: &Refusal) -> Verdict {
    let id = row.map_or("", |row| row.id);
    let (rhythm, whole_target) = (&line.memory.rhythm, OF_NUMBER.contains(&id));
    let own = match id {
        PAIR => Some(rhythm.slowed(line).await),
        "w7" | "w8" | "w9" => Some(rhythm.grown(line, AFTER_LIMITS, whole_target).await),
        "w11" | "w12" | "w13" | "w14" | "w15" | "w16" => Some(rhythm.grown(line, AFTER_TROUBLE, whole_target).await),
        _ => None,
    };
    Verdict::Retry { after: refusal.retry_after.max(own), whole_target }
}

// Rate limits per person (whatsapp §11): one message in six seconds, with bursts that use up the following ones. A
// person for whom a message was refused waits 6 seconds, then 24, then 96; other conversations of the number continue.
// After a refusal by another limit or by trouble at Meta the waits grow (whatsapp §15).

/// Lower than the burst that is reported to work, because it is not guaranteed.
const PERSON: Budget = Budget { at_once: 20, each: 6_000 };
/// The first wait after a refusal, its growth factor, and the maximum number of steps.
const FIRST: Duration = Duration::from_secs(6);
const FACTOR: u32 = 4;
const STEPS: u32 = 3;
/// Maximum number of remembered people.
const PEOPLE: u64 = 50_000;
/// A person without refusals for this long starts again with the first wait.
const FORGOTTEN: Duration = Duration::from_secs(600);
/// The same for growing waits.
const GROWN_FOR: Duration = Duration::from_secs(2 * 3_600);

/// A number and a person.
type Pair = (String, String);

/// Seconds to wait after the first, second, … consecutive refusal; the last one repeats.
pub(super) type Waits = &'static [u64];

/// After reaching a limit of the number, the account or the app.
const AFTER_LIMITS: Waits = &[5, 10, 20, 40, 80, 160, 300];
/// After trouble at Meta, most of which is over within seconds. No longer, so that messages go on within five minutes.
const AFTER_TROUBLE: Waits = &[3, 10, 30, 60, 120, 240];

fn wait(waits: Waits, step: usize) -> Duration {
    Duration::from_secs(waits.get(step).or(waits.last()).copied().unwrap_or_default())
}

/// The rates at which this process wrote to people.
pub(super) struct Rhythm {
    sent: RateLimiter<Pair>,
    /// The number of consecutive refusals of a pair.
    refused: Cache<Pair, Arc<AtomicU32>>,
    /// The last growing wait: its step, and when it started in milliseconds since 1970. By number or letter.
    grown: Cache<String, (usize, i64)>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            sent: RateLimiter::new(PEOPLE),
            refused: Cache::builder().max_capacity(PEOPLE).time_to_idle(FORGOTTEN).build(),
            grown: Cache::builder().max_capacity(PEOPLE).time_to_idle(GROWN_FOR).build(),
        }
    }
}

impl Rhythm {
    /// Counts an attempt and adds to its report how long to send nothing to the person.
    async fn note(&self, line: &SendContext<'_>, mut report: Report) -> Report {
        let pair = pair(line);
        if let Verdict::Done(_) = report.verdict {
            self.refused.invalidate(&pair).await;
            self.grown.invalidate(&pair.0).await;
            self.grown.invalidate(&line.outgoing.id()).await;
        }
        let now = line.outgoing.now.timestamp_millis();
        let rest = self.sent.spend(pair, PERSON, now).await;
        report.rest = Duration::from_millis(u64::try_from(rest).unwrap_or(0));
        report
    }

    /// How long to wait after Meta refused a message because of its limit for one person.
    async fn slowed(&self, line: &SendContext<'_>) -> Duration {
        let count = self.refused.get_with(pair(line), async { Arc::default() }).await;
        let step = count.fetch_add(1, Ordering::Relaxed).min(STEPS - 1);
        FIRST * FACTOR.pow(step)
    }

    /// How long to wait after a refusal whose waits grow. `whole`: for the number, not only for this letter. Several
    /// letters refused during one wait lengthen it only once.
    async fn grown(&self, line: &SendContext<'_>, waits: Waits, whole: bool) -> Duration {
        let key = if whole { line.number.phone_number_id.to_owned() } else { line.outgoing.id() };
        let now = line.outgoing.now.timestamp_millis();
        let next = match self.grown.get(&key).await {
            Some((step, since))
                if u128::from(now.saturating_sub(since).unsigned_abs()) < wait(waits, step).as_millis() =>
            {
                (step, since)
            }
            Some((step, _)) => (step.saturating_add(1), now),
            None => (0, now),
        };
        self.grown.insert(key, next).await;
        wait(waits, next.0)
    }
}

fn pair(line: &SendContext<'_>) -> Pair {
    (line.number.phone_number_id.to_owned(), line.address.id().to_owned())
}

#[cfg(test)]
mod tests;
