//! What the common steps need to know of a messenger, to play it.

use base::config::Bot;
use bytes::Bytes;
use parom_tests::settings::{BOT_ID, HOST};
use parom_tests::{Beside, Line, Simulated};
use reqwest::StatusCode;
use serde_json::Value;
use simulator::crm::HookMessage;

use super::at_crm;

/// A messenger that is played by its double.
pub trait Played: Sized + 'static {
    type Double: Simulated;
    /// A line at the messenger, and a customer of it.
    type Ids: Clone;
    const KIND: &'static str;
    /// Whether what the messenger takes counts as delivered.
    const TAKEN_IS_DELIVERED: bool = true;

    fn sets_up(double: &Self::Double) -> Self::Ids;
    /// The settings of a source, with credentials that are valid now.
    fn settings(double: &Self::Double, ids: &Self::Ids) -> Value;
    /// The setting with the credential, for wrong ones.
    fn credential() -> (&'static str, &'static str);
    /// What people do in the messenger's own pages after a source was made.
    fn is_connected(_double: &Self::Double, _ids: &Self::Ids, _hook: &str) {}

    /// The customer writes a text. Returns the messenger's id of it.
    fn writes(double: &Self::Double, ids: &Self::Ids, text: &str) -> String;
    fn conversation(double: &Self::Double, ids: &Self::Ids) -> String;
    /// Delivers everything that the messenger has to report.
    fn settles(double: &Self::Double) -> impl Future<Output = ()> + Send;
    /// What the customer got through the API, oldest first.
    fn sent(double: &Self::Double, ids: &Self::Ids) -> Vec<Sent>;

    /// A call of the messenger's with this body, as if it were about this line.
    fn call(double: &Self::Double, ids: &Self::Ids, hook: &str, body: Value, is_genuine: bool) -> HookCall;
    /// A customer's text with this number, written at this second.
    fn text_body(ids: &Self::Ids, number: i64, at: i64) -> Value;
    /// What the messenger reported about messages that were sent through its API; empty for one that reports nothing.
    fn echoes(_double: &Self::Double, _ids: &Self::Ids) -> Vec<Value> {
        Vec::new()
    }

    /// The addresses that the messenger calls for this line.
    fn hooks(double: &Self::Double, ids: &Self::Ids) -> Vec<String>;
    /// Another program takes our address away.
    fn loses_hook(double: &Self::Double, ids: &Self::Ids);
    /// The messenger does not answer, or does again.
    fn is_away(double: &Self::Double, away: bool);
    /// The next message is sent, and the answer is lost.
    fn loses_an_answer(double: &Self::Double);
    /// The next messages are refused because there are too many.
    fn storms(double: &Self::Double, times: usize);
    /// The credentials end.
    fn ends_access(double: &Self::Double, ids: &Self::Ids);
}

/// A message that the customer got.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub id: String,
    pub text: String,
    pub file: Option<Bytes>,
    pub buttons: Vec<String>,
    /// All of it, as the messenger's API shows it.
    pub json: String,
}

/// A call of a hook.
pub struct HookCall {
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// A source, and a customer who has written "Hello".
pub struct Chat<P: Played> {
    pub line: Line,
    pub ids: P::Ids,
    pub conversation: String,
}

impl<P: Played> Chat<P> {
    /// Where the messenger calls.
    pub fn hook(&self) -> String {
        hook_of::<P>(&self.line)
    }

    pub async fn manager_sends(&self, world: &Beside<P::Double>, message: HookMessage) -> simulator::crm::Said {
        self.line.manager_sends(world, &self.conversation, message).await
    }

    pub fn sent(&self, world: &Beside<P::Double>) -> Vec<Sent> {
        P::sent(&world.messenger, &self.ids)
    }

    pub fn texts(&self, world: &Beside<P::Double>) -> Vec<String> {
        self.sent(world).into_iter().map(|one| one.text).collect()
    }
}

fn hook_of<P: Played>(line: &Line) -> String {
    format!("/hooks/{}/{}", P::KIND, line.source_id)
}

/// What people write in the messenger's own interface is shown as written by the bot, which amoCRM's support issued.
pub async fn with_bot(world: &mut parom_tests::World) {
    world.setup_is(|config| {
        let bot = Bot { id: BOT_ID.into(), client_id: BOT_ID.into(), name: "Acme".into() };
        config.integrations[0].channels[0].bot = Some(bot);
    });
    world.restart().await;
}

/// A source without messages.
pub async fn connected<P: Played>(world: &mut Beside<P::Double>) -> Chat<P> {
    Box::pin(with_bot(world)).await;
    let ids = P::sets_up(&world.messenger);
    let settings = P::settings(&world.messenger, &ids);
    let line = world.line_of(P::KIND, "Acme", &format!("{}-1", P::KIND), settings).await;
    P::is_connected(&world.messenger, &ids, &format!("{}{}", world.app().public_url(), hook_of::<P>(&line)));
    P::settles(&world.messenger).await;
    let conversation = P::conversation(&world.messenger, &ids);
    Chat { line, ids, conversation }
}

/// A source, and a customer whose "Hello" is in amoCRM.
pub async fn chatting<P: Played>(world: &mut Beside<P::Double>) -> Chat<P> {
    let chat = Box::pin(connected::<P>(world)).await;
    P::writes(&world.messenger, &chat.ids, "Hello");
    arrives::<P>(world).await;
    let conversation = P::conversation(&world.messenger, &chat.ids);
    Chat { conversation, ..chat }
}

/// Everything comes from the messenger and goes on.
pub async fn arrives<P: Played>(world: &mut Beside<P::Double>) {
    P::settles(&world.messenger).await;
    world.deliver_all().await;
    P::settles(&world.messenger).await;
    world.deliver_all().await;
}

/// Kinds and texts that came to amoCRM by an act of the customer's.
pub async fn brought<P: Played>(world: &mut Beside<P::Double>, act: impl FnOnce(&P::Double)) -> Vec<(String, String)> {
    let before = at_crm(world).len();
    act(&world.messenger);
    arrives::<P>(world).await;
    at_crm(world).into_iter().skip(before).map(|one| (one.kind, one.text)).collect()
}

/// Posts a call to the server.
pub async fn posts(world: &parom_tests::World, call: HookCall) -> StatusCode {
    let url = format!("{}{}", world.app().public_url(), call.path);
    let mut request = parom_tests::client().post(url).header("content-type", "application/json");
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    request.body(call.body).send().await.unwrap().status()
}

/// The error that a manager was shown for a message: code and text.
#[track_caller]
pub fn shown(world: &parom_tests::World, message_id: &str) -> (i64, String) {
    let found = world.sandbox.messages(HOST).into_iter().find(|message| message.id == message_id).unwrap();
    let status = found.statuses.last().unwrap_or_else(|| panic!("{} has no status", found.text)).clone();
    assert_eq!(status.code, -1, "{found:?}");
    (status.error_code.unwrap_or_default(), status.error.unwrap_or_default().replace('\u{a0}', " "))
}
