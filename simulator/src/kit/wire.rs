//! What a messenger gives: its words as tables, its bytes as functions; and the core in which it runs. Everything else is
//! the kit's.

use std::future::Future;
use std::sync::{
    Arc, MutexGuard,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::BytesMut;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::act::{Act, ActWord, Done, Kind};
use super::call::{Answer, Call, Named, Part};
use super::clock::Now;
use super::faults::{Fault, FaultWords, Faults, HookFault};
use super::id::Id;
use super::look::{Look, Visit, Words};
use super::model::{Author, Button, Dialog, Line, Message, Person, State};
use super::outbox::{Hook, Policy, Post, Reply};
use super::running::Shared;

/// Something that happened in a dialog, and that the line may get a webhook about.
#[derive(Debug)]
pub struct Event<'a> {
    pub act: &'a Act,
    pub dialog: &'a Id,
    /// The message; empty for what is about the whole dialog.
    pub message: &'a Id,
    /// The button that was pressed: its row, its column, itself.
    pub press: Option<(usize, usize, Button)>,
    /// The person's reactions before this one.
    pub was: Vec<String>,
}

/// What a messenger does with acts of people and with messages.
pub struct Handlers<W: Wire> {
    /// The dialog that an act is about; the error says why the person cannot do it there.
    pub place: fn(&mut State<W::Own>, &Act) -> Result<Id>,
    pub next_message: fn(&mut State<W::Own>, &Id) -> Id,
    /// Gives a message that is being written or edited its content; its text, its quote and its forward are there.
    pub compose: fn(&mut State<W::Own>, &Act, &mut Message) -> Result<()>,
    /// Queues the webhooks about what happened; returns the id of the reported message or event, if it has one.
    pub report: fn(&mut State<W::Own>, &Event<'_>) -> Id,
    pub act: fn(&mut State<W::Own>, &Act) -> Result<Done>,
    /// A message as the messenger's API shows it.
    pub json: fn(&State<W::Own>, &Dialog, &Message) -> Value,
}

/// A messenger. It is implemented by the options with which its simulator starts.
pub trait Wire: Sized + Send + Sync + 'static {
    type Own: Default + Send + 'static;
    /// The type in which functions return the ids of messages: `String` or `i64`.
    type Key: From<Id>;

    const LOOK: Look;
    /// The words of `/acts`.
    const ACTS: &'static [ActWord];
    const KINDS: &'static [Kind];
    /// The words of `/faults`.
    const FAULTS: FaultWords;
    const HANDLERS: Handlers<Self>;
    const HOOKS: Policy;
    /// The largest body of a call, in bytes.
    const LARGEST: usize = 64 * 1024 * 1024;

    /// The kit takes `POST /uploads` for acts; not where the messenger's API has a path of this name.
    const TAKES_UPLOADS: bool = true;

    fn clock(&self) -> Now;

    // Calls of programs.

    /// Names a call for faults and the log. With an empty name it has no faults and is not logged. An error is answered
    /// at once: no line has the call's token.
    fn name(&self, state: &State<Self::Own>, call: &Call) -> Result<Named, Answer>;

    fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> impl Future<Output = Answer> + Send;

    /// The answer to a call that is not executed: `TooMany`, `ServerError`, `Refuse` or `Own`.
    fn refuse(&self, named: &Named, call: &Call, fault: &Fault) -> Answer;

    /// The answer of `/acts`.
    fn done(&self, done: &Done) -> Value {
        let id = if done.id.is_empty() { done.message() } else { done.id.clone() };
        json!({"id": id.as_str()})
    }

    // Webhooks.

    /// What is posted for hooks that are sent together, mostly one; `None` drops them. A fault may ask for a wrong
    /// signature.
    fn post(&self, state: &State<Self::Own>, hooks: &[&Hook], fault: Option<HookFault>) -> Option<Post>;

    /// Whether another due hook is sent together with the first.
    fn joins(&self, _state: &State<Self::Own>, _first: &Hook, _other: &Hook) -> bool {
        false
    }

    /// Whether a due hook may be sent now.
    fn is_ready(&self, _state: &State<Self::Own>, _hook: &Hook) -> bool {
        true
    }

    /// What the messenger concludes from a reply, beside repeating the hook.
    fn settled(&self, _state: &mut State<Self::Own>, _hook: usize, _reply: &Reply) {}

    // Views and pages.

    /// Further lines of a message on the phone, for content that is neither text nor a file.
    fn describe(&self, words: Words, state: &State<Self::Own>, message: &Message) -> Vec<String>;

    /// Whether the message has arrived on the person's phone; a comment, whether it is shown.
    fn is_here(_message: &Message) -> bool {
        true
    }

    /// The phones: each person with each line.
    fn visits(&self, state: &State<Self::Own>) -> Vec<Visit> {
        let pairs = state.people.values().flat_map(|person| state.lines.values().map(move |line| (person, line)));
        let visit = |(person, line): (&Person, &Line)| Visit {
            who: person.id,
            place: line.id.to_string(),
            person: person.name(),
            title: line.name.clone(),
            about: self.about(state, line),
            act: Act::default().who(person.id).line(&line.id),
            dialog: state.private(&line.id, person.id).map(|dialog| dialog.id.clone()),
        };
        pairs.map(visit).collect()
    }

    /// What stands beside the name of a line, and in the list of people who have not written yet.
    fn about(&self, _state: &State<Self::Own>, line: &Line) -> String {
        if line.username.is_empty() { String::new() } else { format!("@{}", line.username) }
    }

    // Trouble.

    /// Breaks what only this messenger has: `{"revoke": 70011}`.
    fn break_own(&self, _state: &mut State<Self::Own>, what: &Map<String, Value>) -> Result<()> {
        bail!("{} breaks nothing", what.keys().cloned().collect::<Vec<_>>().join(", "))
    }

    /// Mends what [`Wire::break_own`] broke and can be mended.
    fn mend(&self, _state: &mut State<Self::Own>) {}
}

/// The client of a simulator's own requests.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's HttpClients is out of reach here: a simulator shares nothing with it"
)]
pub(crate) fn client() -> Result<reqwest::Client> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    // A reused connection that the other side has just closed would look like a lost webhook.
    client.pool_max_idle_per_host(0).build().context("the client for webhooks, which wants the package ca-certificates")
}

/// Shared by calls, pages, the sender of webhooks and the library's functions.
pub struct Core<W: Wire> {
    /// The messenger, with the options with which it was started.
    pub wire: W,
    pub faults: Faults,
    /// For webhooks and files by address.
    pub client: reqwest::Client,
    pub(crate) shared: Shared<State<W::Own>>,
    is_held: AtomicBool,
    now: Now,
}

impl<W: Wire> Core<W> {
    pub(crate) fn new(wire: W) -> Result<Self> {
        let client = client()?;
        Ok(Self {
            now: wire.clock(),
            wire,
            faults: Faults::default(),
            client,
            shared: Shared::default(),
            is_held: AtomicBool::new(false),
        })
    }

    /// The simulator's own clock.
    pub fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// The same, in milliseconds.
    pub fn millis(&self) -> i64 {
        self.now().timestamp_millis()
    }

    fn lock(&self) -> MutexGuard<'_, State<W::Own>> {
        let mut state = self.shared.state();
        state.now = self.millis();
        state
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub fn read<T>(&self, look: impl FnOnce(&State<W::Own>) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state and wakes all waiters.
    pub fn change<T>(&self, change: impl FnOnce(&mut State<W::Own>) -> T) -> T {
        let answer = change(&mut self.lock());
        self.shared.touch();
        answer
    }

    /// Whether the sender of webhooks is paused.
    pub fn is_held(&self) -> bool {
        self.is_held.load(Ordering::SeqCst)
    }

    /// Pauses the sender of webhooks; false resumes it.
    pub fn hold(&self, hold: bool) {
        self.is_held.store(hold, Ordering::SeqCst);
        self.shared.touch();
    }

    /// What `look` finds now or within so many seconds of the machine's clock, at most 50; `None`: nothing.
    pub async fn poll<T, E>(
        &self,
        seconds: u64,
        look: impl Fn(&State<W::Own>) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let limit = Duration::from_secs(seconds.min(50));
        self.shared.wait_for(limit, || self.read(&look).transpose()).await.transpose()
    }

    /// The file at an address; `None` if it can't be fetched in ten seconds.
    pub async fn download(&self, link: &str, limit: usize) -> Option<Part> {
        tokio::time::timeout(Duration::from_secs(10), download(&self.client, link, limit)).await.ok()?.ok()
    }
}

/// The file at an address. Reading ends soon after so many bytes: one that is longer is too large.
pub(crate) async fn download(client: &reqwest::Client, link: &str, limit: usize) -> Result<Part> {
    let address = url::Url::parse(link).context("the file has no address")?;
    let file_name = address.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
    let response = client.get(address).send().await.map_err(|error| error.without_url())?;
    ensure!(response.status().is_success(), "the file's server answered {}", response.status());
    let mime = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (mut bytes, mut body) = (BytesMut::new(), response.bytes_stream());
    while let Some(chunk) = body.next().await.filter(|_| bytes.len() <= limit) {
        bytes.extend_from_slice(&chunk.map_err(|error| error.without_url())?);
    }
    Ok(Part { name: String::new(), file_name, mime, bytes: bytes.freeze() })
}

/// A view of who wrote a message, from a person's side.
pub(crate) fn is_by(author: Author, who: i64) -> bool {
    author == Author::Person(who)
}
