//! What the scenarios know: the world with a simulated messenger beside it, and how each messenger is played.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use base::clock::Clock;
use base::config::{Bot, Config};
use connectors::Abilities;
use futures_util::future::LocalBoxFuture;
use parom::source::{self, SourceState};
use parom_tests::settings::{BOT_ID, HOST};
use parom_tests::{Engine, Line, Place, Setup, Simulated, World};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use simulator::crm::{HookMessage, MessageView as Shown, Said};
use simulator::kit::{Act, CallView, Content, Fault, Faults, Hook, Id, MessageView, Notice, Simulator, Verb, Wire};
use url::Url;

/// A running simulator, whichever messenger it simulates.
pub trait Simulation: Send + Sync {
    /// Performs an act: the message that it made or changed.
    fn act(&self, act: Act) -> Id;
    fn faults(&self) -> &Faults;
    fn history(&self, line: &Id, who: i64) -> Vec<MessageView>;
    fn hooks(&self, line: &Id) -> Vec<Hook>;
    fn calls(&self, line: &Id) -> Vec<CallView>;
    fn activities(&self, line: &Id) -> Vec<String>;
    fn notices(&self, line: &Id) -> Vec<Notice>;
    fn deliver_all(&self) -> LocalBoxFuture<'_, usize>;
    fn address(&self) -> &str;
    /// Enters its address.
    fn enters(&self, config: &mut Config, address: Url);
}

impl<W: Wire> Simulation for Simulator<W>
where
    Self: Simulated,
{
    fn act(&self, act: Act) -> Id {
        let shown = format!("{act:?}");
        let done = Simulator::act(self, act).unwrap_or_else(|error| panic!("{error:#}: {shown}"));
        if done.messages.is_empty() { done.id } else { done.message() }
    }

    fn faults(&self) -> &Faults {
        Simulator::faults(self)
    }

    fn history(&self, line: &Id, who: i64) -> Vec<MessageView> {
        Simulator::history(self, line, who)
    }

    fn hooks(&self, line: &Id) -> Vec<Hook> {
        Simulator::hooks(self, line)
    }

    fn calls(&self, line: &Id) -> Vec<CallView> {
        Simulator::calls(self, line)
    }

    fn activities(&self, line: &Id) -> Vec<String> {
        Simulator::activities(self, line).into_iter().map(|(_, name)| name).collect()
    }

    fn notices(&self, line: &Id) -> Vec<Notice> {
        Simulator::notices(self, line)
    }

    fn deliver_all(&self) -> LocalBoxFuture<'_, usize> {
        Box::pin(Simulator::deliver_all(self))
    }

    fn address(&self) -> &str {
        self.base_url()
    }

    fn enters(&self, config: &mut Config, address: Url) {
        <Self as Simulated>::enters(config, address);
    }
}

/// A call of the messenger.
pub struct HookCall {
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl HookCall {
    /// Without headers.
    pub fn plain(path: &str, body: &Value) -> Self {
        Self { path: path.to_owned(), headers: Vec::new(), body: body.to_string() }
    }
}

/// How a customer became unreachable, or came back.
pub enum Reach {
    /// The code of the failure, and a part of its words.
    Fails(i64, &'static str),
    Arrives,
}

/// What a customer sends, and kinds and texts that amoCRM shows of it. A text with `~` in front is a part of the shown one.
pub type Brings = (Act, &'static [(&'static str, &'static str)]);

/// How a messenger is played: a line, and a customer of it.
pub trait Messenger: Any + Send + Sync {
    fn kind(&self) -> &'static str;
    fn simulation(&self) -> &dyn Simulation;

    fn line(&self) -> Id;
    fn who(&self) -> i64;
    /// The customer's name.
    fn name(&self) -> &'static str {
        "Maria Kovaleva"
    }
    /// What acts in the dialog with the line name instead of it.
    fn place(&self) -> Id {
        self.line()
    }
    /// The messenger's id of the dialog.
    fn conversation(&self) -> String;

    /// The settings of a source, with credentials that are valid now.
    fn settings(&self) -> Value;
    /// The setting with the credential, and a wrong one.
    fn wrong_credential(&self) -> (&'static str, &'static str);
    /// The credentials end.
    fn ends_access(&self);
    /// What people do in the messenger's own pages after a source was made.
    fn is_connected(&self, _hook: &str) {}

    /// The call that sends a text, as faults name it.
    fn sending(&self) -> &'static str;
    /// Its refusal of too many calls.
    fn too_many(&self) -> Fault {
        Fault::TooMany { retry_after: Some(2) }
    }
    /// Native kinds of which this messenger takes no file in the manager's format: the address leaves.
    fn takes_no_file_of(&self) -> &'static [&'static str] {
        &[]
    }
    /// Kinds that this messenger shows without a caption, although it has captions: the words follow.
    fn takes_no_caption_with(&self) -> &'static [&'static str] {
        &[]
    }
    /// What the customer got through the API.
    fn sent(&self) -> Vec<MessageView> {
        let all = self.simulation().history(&self.line(), self.who());
        all.into_iter().filter(|one| one.author == simulator::kit::Author::Line).collect()
    }

    /// Everything that a customer can send.
    fn brings(&self) -> Vec<Brings>;
    /// Forwards a message of the dialog.
    fn forwards(&self, _message: &Id) -> Option<Act> {
        None
    }
    /// How amoCRM shows the author of a forwarded message.
    fn forwarded(&self) -> &'static str {
        "Переслано от "
    }
    /// Opens the chat by a link with this mark.
    fn comes_from(&self, _mark: &str) -> Option<Act> {
        None
    }
    /// The business writes in the messenger's own application.
    fn owner_writes(&self, _text: &str) -> Option<Act> {
        None
    }
    /// One step after another, in which the customer leaves or comes back; none after the last.
    fn leaves(&self, step: usize) -> Option<Reach>;
    /// The customer comments below a post of the business.
    fn comments(&self, _text: &str) -> Option<Id> {
        None
    }
    /// The customer changes a comment; without a text, removes it.
    fn changes_comment(&self, _comment: &Id, _text: Option<&str>) {}
    /// What the line commented.
    fn commented(&self) -> Vec<MessageView> {
        Vec::new()
    }

    /// A call with this body, as if it were about this line.
    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall;
    /// A customer's text with this number, written at this second.
    fn text_body(&self, number: i64, at: i64) -> Value;
    /// How many samples its documents have at least.
    fn samples(&self) -> usize;
    /// What the messenger reported about messages that were sent through its API; empty for one that reports nothing.
    fn echoes(&self) -> Vec<Value> {
        Vec::new()
    }
    /// The addresses that the messenger calls for this line.
    fn hooks(&self) -> Vec<String>;
    /// Another program takes our address away, perhaps by this call.
    fn loses_hook(&self) -> Option<RequestBuilder>;
    /// Another service takes the line.
    fn hijacks(&self, _url: &str) {}
}

/// A world, the messenger, and the source that connects them.
pub struct Stage {
    pub world: World,
    pub messenger: Arc<dyn Messenger>,
    line: Option<Line>,
}

/// Starts a messenger with the world's clock.
pub type Start = fn(Clock) -> LocalBoxFuture<'static, Arc<dyn Messenger>>;

/// What people write in the messenger's own interface is shown as written by the bot, which amoCRM's support issued.
pub fn has_bot(config: &mut Config) {
    let bot = Bot { id: BOT_ID.into(), client_id: BOT_ID.into(), name: "Acme".into() };
    config.integrations[0].channels[0].bot = Some(bot);
}

/// Plays a scenario.
pub async fn plays(engine: Engine, start: Start, scenario: for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, ()>) {
    let started: Arc<OnceLock<Arc<dyn Messenger>>> = Arc::default();
    let others = {
        let started = started.clone();
        async move |clock: Clock| {
            base::http_client::install_crypto_provider();
            let messenger = start(clock).await;
            drop(started.set(messenger.clone()));
            let address: Url = messenger.simulation().address().parse().unwrap();
            move |config: &mut Config| messenger.simulation().enters(config, address.clone())
        }
    };
    let setup = Setup { change: has_bot, ..Setup::default() };
    let Some(world) = World::start_beside(engine, setup, others).await else { return };
    let messenger = started.get().unwrap().clone();
    let mut stage = Stage { world, messenger, line: None };
    scenario(&mut stage).await;
    // Nothing the world does tells when a phone reports the last message.
    stage.arrives().await;
    stage.world.close().await;
}

impl Stage {
    pub fn simulation(&self) -> &dyn Simulation {
        self.messenger.simulation()
    }

    /// The messenger as it is, for what only it has.
    pub fn only<M: Messenger>(&self) -> &M {
        let messenger: &dyn Any = self.messenger.as_ref();
        messenger.downcast_ref().unwrap()
    }

    /// What the product says about the messenger.
    pub fn abilities(&self) -> &'static Abilities {
        self.world.app().connectors.get(self.messenger.kind()).unwrap().abilities()
    }

    pub fn line(&self) -> &Line {
        self.line.as_ref().expect("a source")
    }

    /// Where the messenger calls.
    pub fn hook(&self) -> String {
        format!("/hooks/{}/{}", self.messenger.kind(), self.line().source_id)
    }

    pub fn hook_url(&self) -> String {
        format!("{}{}", self.world.app().public_url(), self.hook())
    }

    /// Makes the source.
    pub async fn connects(&mut self) {
        let (kind, settings) = (self.messenger.kind(), self.messenger.settings());
        self.line = Some(self.world.line_of(kind, "Acme", &format!("{kind}-1"), settings).await);
        self.messenger.is_connected(&self.hook_url());
        self.arrives().await;
    }

    /// Makes the source; the customer's "Hello" is in amoCRM.
    pub async fn chats(&mut self) {
        self.connects().await;
        self.writes("Hello").await;
    }

    /// The beginning of the customer's acts in the dialog.
    pub fn customer(&self, verb: Verb) -> Act {
        customer(self.messenger.as_ref(), verb)
    }

    /// The customer does something, which arrives.
    pub async fn does(&mut self, act: Act) -> Id {
        let id = self.simulation().act(act);
        self.arrives().await;
        id
    }

    pub async fn writes(&mut self, text: &str) -> Id {
        self.does(self.customer(Verb::Send).content(Content::text(text))).await
    }

    /// Everything comes from the messenger and goes on.
    pub async fn arrives(&mut self) {
        for _ in 0..2 {
            self.simulation().deliver_all().await;
            self.world.deliver_all().await;
        }
    }

    /// What amoCRM got from outside, in order.
    pub fn at_crm(&self) -> Vec<Shown> {
        self.world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
    }

    pub fn texts_at_crm(&self) -> Vec<String> {
        self.at_crm().into_iter().map(|one| one.text).collect()
    }

    /// What it got last.
    #[track_caller]
    pub fn last(&self) -> Shown {
        self.at_crm().pop().expect("amoCRM got something")
    }

    /// Kinds and texts that an act brought to amoCRM.
    pub async fn brought(&mut self, act: Act) -> Vec<(String, String)> {
        let before = self.at_crm().len();
        self.does(act).await;
        self.at_crm().into_iter().skip(before).map(|one| (one.kind, one.text)).collect()
    }

    /// A manager's message, on its way.
    pub async fn manager(&self, message: HookMessage) -> Said {
        self.line().manager_sends(&self.world, &self.messenger.conversation(), message).await
    }

    /// A manager's message at its end: amojo's id, and what the customer got of it.
    pub async fn says(&mut self, message: HookMessage) -> (String, Vec<MessageView>) {
        let before = self.messenger.sent().len();
        let said = self.manager(message).await;
        self.world.deliver_to_the_end().await;
        if self.abilities().delivered_on_accept {
            assert_eq!(self.statuses(&said), [1]);
        }
        (said.message_id, self.messenger.sent().split_off(before))
    }

    /// The same for a message that arrives as one.
    pub async fn says_one(&mut self, message: HookMessage) -> MessageView {
        let sent = self.says(message).await.1;
        let [one] = <[MessageView; 1]>::try_from(sent).unwrap_or_else(|all| panic!("one message: {all:?}"));
        one
    }

    /// The texts that the customer got.
    pub fn texts(&self) -> Vec<String> {
        self.messenger.sent().into_iter().map(|one| one.text).collect()
    }

    /// The statuses that amoCRM got.
    pub fn statuses(&self, said: &Said) -> Vec<i64> {
        self.world.statuses_at_crm(self.line(), &said.message_id)
    }

    /// The error that the manager was shown: code and words.
    #[track_caller]
    pub fn failure(&self, said: &Said) -> (i64, String) {
        failure(&self.world, &said.message_id)
    }

    /// A message that fails with this code and these words.
    pub async fn fails(&mut self, (code, part): (i64, &str)) {
        let said = self.manager(HookMessage::text("Hello?")).await;
        self.world.deliver_to_the_end().await;
        let (told, words) = self.failure(&said);
        assert!(told == code && words.contains(part), "{told}: {words}");
    }

    /// A call of the messenger's with this body is answered with this status.
    pub async fn posts(&self, call: HookCall) -> StatusCode {
        posts(&self.world, call).await
    }

    /// A genuine call with this body.
    pub async fn comes(&self, body: Value) {
        let call = self.messenger.call(&self.hook(), body, true);
        assert_eq!(self.posts(call).await, 200);
    }

    /// Five minutes later the line is looked at.
    pub async fn watched(&self) {
        watched(&self.world).await;
    }

    pub async fn state(&self) -> SourceState {
        let line = self.line();
        let found = source::find(&self.world.app().sources, line.tenant_id, line.source_id).await.unwrap();
        source::state(&self.world.app().sources, &found).await.unwrap()
    }

    /// The messenger does not answer, or does again.
    pub fn is_away(&self, away: bool) {
        if away {
            self.simulation().faults().until_cleared("*", Fault::HtmlPage { status: 502 });
        } else {
            self.simulation().faults().clear();
        }
    }

    /// What the next calls that send a text meet.
    pub fn breaks(&self, times: usize, fault: Fault) {
        self.simulation().faults().next(self.messenger.sending(), times, fault);
    }
}

/// The beginning of the customer's acts in the dialog.
pub fn customer(messenger: &(impl Messenger + ?Sized), verb: Verb) -> Act {
    Act::of(verb).who(messenger.who()).line(messenger.place())
}

/// What an act brings.
pub fn brings(act: Act, shown: &'static [(&'static str, &'static str)]) -> Brings {
    (act, shown)
}

/// The customer sends contents, which amoCRM shows so.
pub fn sends(
    messenger: &(impl Messenger + ?Sized),
    content: Content,
    shown: &'static [(&'static str, &'static str)],
) -> Brings {
    brings(customer(messenger, Verb::Send).content(content), shown)
}

/// Five minutes later lines are looked at.
pub async fn watched(world: &World) {
    world.advance(std::time::Duration::from_secs(400));
    world.works("lines").await;
}

/// Posts a call to the server.
pub async fn posts(world: &World, call: HookCall) -> StatusCode {
    let url = format!("{}{}", world.app().public_url(), call.path);
    let mut request = parom_tests::client().post(url).header("content-type", "application/json");
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    request.body(call.body).send().await.unwrap().status()
}

/// The error that a manager was shown for a message: code and words.
#[track_caller]
pub fn failure(world: &World, message_id: &str) -> (i64, String) {
    let found = world.sandbox.messages(HOST).into_iter().find(|message| message.id == message_id).unwrap();
    let status = found.statuses.last().unwrap_or_else(|| panic!("{} has no status", found.text)).clone();
    assert_eq!(status.code, -1, "{found:?}");
    (status.error_code.unwrap_or_default(), status.error.unwrap_or_default().replace('\u{a0}', " "))
}
