//! The trait that every messenger implements.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base::i18n::{LocalizedText, Words};
use base::message::{Body, Failure, FailureCode, Markup, Person, Role};
use base::verdict::Report;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Abilities, ConsentPage, Denied, Field, HookTarget, Identity, LineService, Outgoing, PressedButton, Receiver,
    Shadow, SourceNotice, Watched, WebhookToEnter,
};
use crate::file::{NotOpened, OpenFile};
use crate::incoming::{AdvertIds, ButtonText, Greeting, InboundEvent, IncomingCall, NotReceived};
use crate::poll::{HistoryPage, OpenConversation, Renewed};
use crate::template::{ListedTemplate, NewTemplate, TemplateState};
use crate::vendor_app::VendorApp;

/// A source's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The kind's settings without credentials.
    pub public: serde_json::Value,
    /// Credentials by name.
    pub secrets: BTreeMap<String, SecretString>,
}

/// A live test of a source.
#[derive(Clone, Debug)]
pub struct Probe {
    /// New for each test.
    pub id: Uuid,
    pub source_id: Uuid,
    pub now: DateTime<Utc>,
    /// Where the messenger should deliver customers' messages.
    pub hook_url: String,
    /// The source does not exist yet, so the messenger does not have an address of ours.
    pub is_new: bool,
}

/// What a call may have left out.
pub struct Gaps<'a> {
    /// The conversation's customer or group.
    pub contact: &'a mut Person,
    /// The message; none if there is none.
    pub body: Option<&'a mut Body>,
}

impl Gaps<'_> {
    /// Whether anything is missing.
    pub fn is_any(&mut self) -> bool {
        let has_no_address = |body: &&mut Body| body.post.as_ref().is_some_and(|post| post.url.is_none());
        self.unnamed().next().is_some() || self.body.as_ref().is_some_and(has_no_address)
    }

    /// Customers without a name.
    pub fn unnamed(&mut self) -> impl Iterator<Item = &mut Person> {
        let body = self.body.iter_mut().flat_map(|body| {
            let quoted = body.reply_to.as_mut().and_then(|quote| quote.sender.as_mut());
            std::iter::once(&mut body.sender).chain(body.receiver.as_mut()).chain(quoted)
        });
        let is_unnamed = |person: &&mut Person| person.role == Role::Client && person.name.is_none();
        std::iter::once(&mut *self.contact).chain(body).filter(is_unnamed)
    }
}

/// What a live check found, or what is wrong, without secrets: a refusal, or a messenger that does not answer now.
pub type Check = Result<Option<LocalizedText>, Denied>;

/// A customer as Meta's Conversions API knows them (instagram-and-facebook §20).
#[derive(Clone, Debug, PartialEq)]
pub struct MetaCustomer {
    /// `messaging_channel`.
    pub channel: &'static str,
    /// `user_data`.
    pub ids: Value,
}

/// One kind of messenger.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The name of the kind, as in the API and the configuration.
    fn kind(&self) -> &'static str;

    fn abilities(&self) -> &'static Abilities;

    /// The pool of its calls: targets in one pool share connections and a circuit breaker.
    fn pool(&self) -> &'static str {
        self.kind()
    }

    /// Validates a source's settings and separates those to encrypt. Errors name the field below `/settings`.
    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<base::error::FieldError>>;

    /// The settings that `setup` accepts, in display order.
    fn fields(&self) -> &'static [Field];

    /// Asks the messenger whether it accepts the credentials. The default is for kinds without credentials.
    async fn check_access(&self, _settings: &Settings) -> Check {
        Ok(None)
    }

    /// Reads back where the messenger delivers messages, or sends a test event to the webhook, but no message.
    async fn check_webhook(&self, _settings: &Settings, _probe: &Probe) -> Check {
        Ok(None)
    }

    /// Sends a message that already fits the messenger's abilities; if [`crate::fit`] split it, one part. A message that
    /// takes several requests is sent by one request each time. Must finish within 30 seconds; dropping the future must be
    /// harmless.
    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report;

    /// How far a message is if its next request arrived, which a report of the messenger has shown; none if that was the
    /// last one. The default is for messengers whose messages are one request each.
    fn onward(&self, _settings: &Settings, _outgoing: &Outgoing) -> Option<String> {
        None
    }

    /// How Meta's Conversions API knows the customer of a chat, if an advertisement led them here. `line`: the public
    /// settings of the source.
    fn meta_customer(&self, _line: &Value, _customer_id: &str, _advert: &AdvertIds) -> Option<MetaCustomer> {
        None
    }

    /// Whether it submits templates for review by the messenger (official WhatsApp) and reports the result. Otherwise
    /// no template could ever be approved, so none is offered.
    fn reviews_templates(&self) -> bool {
        false
    }

    /// Submits a template for review. Submitting the same template again returns its current state.
    async fn submit_template(&self, _settings: &Settings, _template: &NewTemplate) -> Result<TemplateState, Denied> {
        Err(Denied::Refused(LocalizedText::new("said-templates-not-reviewed")))
    }

    /// The messenger's templates with their current states.
    async fn templates(&self, _settings: &Settings) -> Result<Vec<ListedTemplate>, Denied> {
        Ok(Vec::new())
    }

    /// Deletes a template at the messenger. Succeeds if it does not exist there.
    async fn delete_template(&self, _settings: &Settings, _name: &str, _id: &str) -> Result<(), Denied> {
        Ok(())
    }

    /// Whether it accepts notices about its sources. By default it does not.
    fn takes_notices(&self) -> bool {
        false
    }

    /// Sends a notice to a messenger. None if this kind receives no notices.
    async fn notify(&self, _settings: &Settings, _notice: &SourceNotice) -> Option<Report> {
        None
    }

    /// Whether messages of this source are signed with the manager's name.
    fn signs(&self, _settings: &Settings) -> bool {
        false
    }

    /// What the bot says once to each customer who starts a conversation; none: it has no greeting.
    fn greeting(&self, _settings: &Settings, _words: Words) -> Option<Greeting> {
        None
    }

    /// Whether [`Outgoing::last_incoming`] is needed; reading it costs a query per message.
    fn uses_last_incoming(&self) -> bool {
        true
    }

    /// Why the manager cannot write first to an unknown customer, for kinds that reach only known ones.
    fn not_begun(&self, _words: Words) -> Failure {
        Failure { code: FailureCode::WritingFirst, text: String::new() }
    }

    /// Opens a file by the messenger's reference. The default is for kinds whose files have public addresses.
    async fn open_media(&self, _settings: &Settings, _reference: &str) -> Result<OpenFile, NotOpened> {
        Err(NotOpened::Never("unsupported"))
    }

    /// Whether customers' messages arrive at a webhook that must be registered with the messenger. The following
    /// methods are for these kinds.
    fn has_webhook(&self) -> bool {
        false
    }

    /// The identity at the messenger, queried live.
    async fn identity(&self, _settings: &Settings) -> Result<Option<Identity>, Denied> {
        Ok(None)
    }

    /// The account at the messenger, for calls to the vendor's app that concern all its lines; none if lines share
    /// nothing. `public`: the source's settings without credentials, with the facts of its identity.
    fn account(&self, _public: &serde_json::Value) -> Option<crate::LineAccount> {
        None
    }

    /// What amoCRM offers for a source of this line besides chats, unless its owner chooses otherwise.
    fn service(&self, _settings: &Settings, _identity: &Identity) -> Option<LineService> {
        None
    }

    /// Largest accepted body of a call, in bytes.
    fn call_limit(&self) -> usize {
        1024 * 1024
    }

    /// The vendor's app, if the configuration has one: it receives the calls for all lines at one address.
    fn vendor_app(&self) -> Option<&dyn VendorApp> {
        None
    }

    /// The messenger's page where owners authorize the vendor's app for their lines; none if no app is configured.
    fn consent_page(&self) -> Option<&dyn ConsentPage> {
        None
    }

    /// What an administrator must enter at the messenger so that it calls a source's own address; none if nothing.
    fn webhook_to_enter(&self, _settings: &Settings, _hook: &HookTarget) -> Option<WebhookToEnter> {
        None
    }

    /// The answer to the messenger's `GET` that validates a source's address; none refuses it.
    fn handshake(&self, _settings: &Settings, _query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        None
    }

    /// Whether the webhook's secret is the last segment of its URL: calls are neither signed nor have a header.
    fn secret_in_path(&self) -> bool {
        false
    }

    /// The body of the success answer to a call, sent after its events are stored.
    async fn answer(&self, _settings: &Settings, _body: &[u8]) -> String {
        String::new()
    }

    /// Whether [`Connector::authenticate`] needs headers only, so that a call can be refused before its body is read.
    fn authenticates_by_header(&self) -> bool {
        false
    }

    /// Whether a call comes from the messenger. Compares secrets in constant time.
    fn authenticate(&self, _settings: &Settings, _call: &IncomingCall<'_>) -> bool {
        false
    }

    /// Parses a call into its events, in order. `words`: the account's language, for texts that Parom supplies.
    async fn receive(
        &self,
        _settings: &Settings,
        _body: &[u8],
        _words: Words,
    ) -> Result<Vec<InboundEvent>, NotReceived> {
        Err(NotReceived::Unreadable)
    }

    /// Fills in what this messenger's calls leave out and amoCRM shows: names, pictures, profile pages, posts. Called on the
    /// way to amoCRM, because a call must not wait for the messenger; what the messenger does not say stays as it is.
    async fn complete(&self, _settings: &Settings, _words: Words, _gaps: Gaps<'_>) {}

    /// The text of one of our buttons, from the markup of its message; none if it has no such button.
    fn choice(&self, data: &str, markup: &Markup) -> Option<ButtonText> {
        PressedButton::read(data)?.choice(markup)
    }

    /// Finds a button by its number, for kinds that may send buttons as numbered lines; none for other forms.
    fn numbered_buttons(&self) -> Option<fn(&Markup, usize) -> Option<ButtonText>> {
        None
    }

    /// Acknowledges a button press to the messenger. The outcome is ignored.
    async fn acknowledge(&self, _settings: &Settings, _press: &str) {}

    /// Whether a source may receive beside another service, and what it then sees. By default it may not.
    fn shadow(&self) -> Shadow {
        Shadow::No
    }

    /// The host from which registering our webhook would take the line's calls away; none if it leaves all others alone,
    /// as where each receiver has an address of its own.
    async fn replaces(&self, _settings: &Settings, _hook: &HookTarget) -> Result<Option<String>, Denied> {
        Ok(None)
    }

    /// Others that receive this line's messages beside us, as far as the messenger shows them.
    async fn receivers(&self, _settings: &Settings, _hook: &HookTarget) -> Result<Vec<Receiver>, Denied> {
        Ok(Vec::new())
    }

    /// Ends what a receiver of [`SwitchOff::ByCall`] gets. May be repeated.
    ///
    /// [`SwitchOff::ByCall`]: crate::SwitchOff::ByCall
    async fn switch_off(&self, _settings: &Settings, _receiver: &Receiver) -> Result<(), Denied> {
        Ok(())
    }

    /// Gives a receiver again what it got, where a call can do it. May be repeated.
    async fn put_back(&self, _settings: &Settings, _receiver: &Receiver) -> Result<(), Denied> {
        Ok(())
    }

    /// Registers our webhook with the messenger without losing updates that are waiting there.
    async fn connect_webhook(&self, _settings: &Settings, _hook: &HookTarget) -> Result<(), Denied> {
        Ok(())
    }

    /// Asks the messenger where it delivers updates.
    async fn watch(&self, _settings: &Settings, _hook: &HookTarget, _now: DateTime<Utc>) -> Result<Watched, Denied> {
        Ok(Watched::Fine)
    }

    /// How often [`Connector::poll`] is called for a source; none if the messenger reports everything by itself.
    fn poll_interval(&self) -> Option<Duration> {
        None
    }

    /// Asks the messenger for events that it does not report by itself. `open`: the conversations that have unread
    /// messages of ours, the latest first, at most 100.
    async fn poll(&self, _settings: &Settings, _open: &[OpenConversation]) -> Result<Vec<InboundEvent>, Denied> {
        Ok(Vec::new())
    }

    /// New credentials for those that expire soon; none if there is nothing to do. Called once an hour.
    async fn renew(&self, _settings: &Settings, _now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
        Ok(None)
    }

    /// Whether [`Connector::history`] returns earlier messages.
    fn has_history(&self) -> bool {
        false
    }

    /// One page of messages sent since a time, before the source was connected. `page`: the cursor from the previous
    /// page.
    async fn history(
        &self,
        _settings: &Settings,
        _since: DateTime<Utc>,
        _page: Option<&str>,
        _words: Words,
    ) -> Result<HistoryPage, Denied> {
        Ok(HistoryPage::default())
    }

    /// Removes our webhook from the messenger. A webhook that another service has set is left alone.
    async fn remove_webhook(&self, _settings: &Settings, _hook: &HookTarget) -> Result<(), Denied> {
        Ok(())
    }

    /// Ends the subscription that sources of the same line, or of the same [`Connector::account`], share. Called after
    /// [`Connector::remove_webhook`] if no other source needs it.
    async fn unsubscribe(&self, _settings: &Settings) -> Result<(), Denied> {
        Ok(())
    }
}

/// A source's validated settings.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Stored and shown as they are.
    pub public: serde_json::Value,
    /// Stored encrypted. A name that is absent keeps its old value.
    pub secrets: BTreeMap<String, SecretString>,
}

/// A kind of messenger.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name in the API, the configuration and the database.
    pub name: &'static str,
    /// The messenger is the account's own server, called by signed webhooks. Parom generates their secret and keeps it
    /// when the account leaves, because it gives access to nothing else.
    pub own_server: bool,
    /// It passes on a phone number only if it is the writer's own.
    pub vouches_for_numbers: bool,
    /// Customers write on pages that Parom serves and other sites embed.
    pub web_chat: bool,
    /// The link that opens a chat with a line of this name; none if there is none.
    pub deep_link: Option<fn(name: &str) -> String>,
    /// Our own icon for the messenger, as inline SVG; not the vendor's logo.
    pub mark: &'static str,
}
