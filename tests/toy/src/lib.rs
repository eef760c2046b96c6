//! A messenger made by following `docs/new-connector.md`, outside of the server. `POST {url}/send` with
//! `{"token","chat", "text"}` is answered with `{"id"}`; it posts `{"id","chat","name","text"}` to our webhook with the
//! header `toy-secret`.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base::error::FieldError;
use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Failure, FailureCode, Person};
use base::verdict::{Report, Taken, Verdict};
use connectors::incoming::{InboundEvent, IncomingCall, IncomingMessage, NotReceived};
use connectors::{
    Abilities, AfterUnknown, Connector, ContentAbilities, Denied, Event, FeatureAbilities, Field, HOOK_SECRET,
    HookTarget, Identity, Input, Length, Outgoing, Settings, Setup, Stand, Support, Unit,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

const ABILITIES: Abilities = Abilities {
    content: ContentAbilities { text: Support::Native, ..ContentAbilities::all(Support::As(Stand::Text)) },
    features: FeatureAbilities {
        write_first: Support::As(Stand::Known),
        reactions: Support::Refused,
        typing: Support::Refused,
        edits: Support::Refused,
        ..FeatureAbilities::all(Support::As(Stand::Text))
    },
    text_length: Some(Length { most: 500, unit: Unit::Characters }),
    caption_length: None,
    delivered_on_accept: true,
    reports_reading: false,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 10,
    at_once: 2,
};

const FIELDS: &[Field] = &[
    Field::required("url", Input::Url, "wizard-custom-url"),
    Field { secret: true, ..Field::required("token", Input::Text, "wizard-tg-token") },
];

/// The connector of kind `toy`.
#[derive(Default)]
pub struct Toy(reqwest::Client);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToySettings {
    url: String,
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    chat: String,
    name: String,
    text: String,
}

impl Toy {
    /// Status and body of an answer. The error says whether the request may have arrived.
    async fn call(&self, settings: &Settings, path: &str, mut body: Value) -> Result<(u16, Value), Verdict> {
        let url = settings.public["url"].as_str().unwrap_or_default();
        body["token"] = json!(settings.secrets.get("token").map(ExposeSecret::expose_secret));
        let sent = self.0.post(format!("{url}/{path}")).timeout(Duration::from_secs(15)).json(&body).send().await;
        let nothing_sent = Verdict::Retry { after: None, whole_target: true };
        let answer = sent.map_err(|error| if error.is_connect() { nothing_sent } else { Verdict::Unknown })?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or_default()))
    }
}

#[async_trait]
impl Connector for Toy {
    fn kind(&self) -> &'static str {
        "toy"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn setup(&self, settings: Value) -> Result<Setup, Vec<FieldError>> {
        let entered: ToySettings = base::json::settings(settings)?;
        let token = Some(entered.token).filter(|token| !token.is_empty() && !token.starts_with('…'));
        let secrets = token.map(|token| ("token".to_owned(), SecretString::from(token)));
        Ok(Setup { public: json!({ "url": entered.url }), secrets: BTreeMap::from_iter(secrets) })
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        let (Event::Created(message) | Event::Started(message)) = &outgoing.event else {
            return Report::done(0, Taken::default());
        };
        let Content::Text { text } = &message.content else { return Report::done(0, Taken::default()) };
        let body = json!({ "chat": outgoing.conversation_id, "text": text });
        let rejected = Failure { code: FailureCode::Rejected, text: String::new() };
        match self.call(settings, "send", body).await {
            Ok((200, answer)) => {
                let external_id = answer["id"].as_str().map(str::to_owned);
                Report::done(200, Taken { external_id, ..Taken::default() })
            }
            Ok((401, _)) => Report::not_done(Verdict::Pause, "the token is refused"),
            Ok((422, _)) => Report::not_done(Verdict::Bury(rejected), "the message is refused"),
            Ok(_) => Report::not_done(Verdict::Retry { after: None, whole_target: false }, "not now"),
            Err(verdict) => Report::not_done(verdict, "no answer"),
        }
    }

    fn has_webhook(&self) -> bool {
        true
    }

    async fn identity(&self, settings: &Settings) -> Result<Option<Identity>, Denied> {
        let name = settings.public["url"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Identity { key: name.clone(), name, facts: json!({}) }))
    }

    fn authenticate(&self, settings: &Settings, call: &IncomingCall<'_>) -> bool {
        let given = (call.header)("toy-secret").unwrap_or_default();
        let secret = settings.secrets.get(HOOK_SECRET).map(ExposeSecret::expose_secret);
        secret.is_some_and(|secret| bool::from(given.as_bytes().ct_eq(secret.as_bytes())))
    }

    async fn receive(&self, _: &Settings, body: &[u8], _: Words) -> Result<Vec<InboundEvent>, NotReceived> {
        let one: Written = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
        let sender = Person { id: one.chat.clone(), name: Some(one.name), ..Person::default() };
        let body = Body::new(sender, Content::Text { text: one.text });
        let (external_id, conversation_id) = (one.id, one.chat);
        let message = IncomingMessage { external_id, conversation_id, sent_at: None, body, room: None };
        Ok(vec![InboundEvent::Wrote(Box::new(message))])
    }

    async fn connect_webhook(&self, settings: &Settings, hook: &HookTarget) -> Result<(), Denied> {
        let body = json!({ "webhook": hook.url, "secret": hook.secret.expose_secret() });
        match self.call(settings, "webhook", body).await {
            Ok((200, _)) => Ok(()),
            _ => Err(Denied::Away(LocalizedText::new("said-server-answered").with("status", 0))),
        }
    }
}
