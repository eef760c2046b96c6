//! Its side of amoCRM: installation, sources, and the Chats API (www.amocrm.ru/developers/content/chats).

use anyhow::{Context, Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha1::Sha1;

use super::Core;
use super::access::Arrived;
use super::http::asked;
use crate::crm::{ChannelConfig, IntegrationConfig};
use crate::kit::Call;

/// The name of its integration in the local amoCRM.
pub const NAME: &str = "other";
const CLIENT_ID: &str = "0b9f1c52-6d7e-4a31-8f20-5c4d3e2b1a90";
const CLIENT_SECRET: &str = "secret-of-the-other-vendor-that-opens-nothing";
const CHANNEL_SECRET: &str = "channel-secret-of-the-other-vendor";
/// Its channels: the kind of messenger and the id.
const CHANNELS: [(&str, &str); 5] = [
    ("vk", "a1b2c3d4-0001-4000-8000-00000000aaaa"),
    ("avito", "a1b2c3d4-0002-4000-8000-00000000aaaa"),
    ("whatsapp", "a1b2c3d4-0003-4000-8000-00000000aaaa"),
    ("max", "a1b2c3d4-0004-4000-8000-00000000aaaa"),
    ("telegram", "a1b2c3d4-0005-4000-8000-00000000aaaa"),
];

/// Its integration, for the configuration of the local amoCRM: a channel for each messenger, named `other.vk` in events.
pub fn integration() -> IntegrationConfig {
    let channel = |(kind, id): (&str, &str)| ChannelConfig {
        id: id.to_owned(),
        code: format!("{NAME}.{kind}"),
        secret: CHANNEL_SECRET.to_owned(),
        title: "Other service".to_owned(),
        bot: None,
    };
    IntegrationConfig {
        name: NAME.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        redirect_uri: String::new(),
        channels: CHANNELS.map(channel).to_vec(),
    }
}

/// The account that installed it.
#[derive(Clone)]
pub(super) struct Account {
    /// Address of the account.
    url: String,
    amojo_id: String,
    token: String,
}

/// A manager's text.
pub(super) struct Written {
    pub kind: &'static str,
    /// amoCRM's id.
    pub id: String,
    pub chat: String,
    pub text: String,
}

/// `GET /oauth`: the account's code becomes a token, and all channels are connected.
pub(super) async fn installed(core: &Core, call: &Call) -> Result<()> {
    let param = |name: &str| call.query(name).with_context(|| format!("the installation names no {name}"));
    let (code, host) = (param("code")?, param("referer")?);
    let url = format!("{}/accounts/{host}", core.options.amocrm);
    let own = call.header("host").unwrap_or_default();
    let body = json!({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "authorization_code",
        "code": code, "redirect_uri": format!("http://{own}/oauth")});
    let pair = asked(core.client.post(format!("{url}/oauth2/access_token")).json(&body)).await?;
    let token = pair["access_token"].as_str().context("no token")?.to_owned();
    let account = core.client.get(format!("{url}/api/v4/account?with=amojo_id")).bearer_auth(&token);
    let amojo_id = asked(account).await?["amojo_id"].as_str().context("no amojo_id")?.to_owned();
    let connect = json!({"account_id": amojo_id, "title": "Other service", "hook_api_version": "v2"});
    for (_, channel) in CHANNELS {
        signed(core, &format!("{channel}/connect"), &connect).await?;
    }
    core.shared.state().account = Some(Account { url, amojo_id, token });
    core.shared.touch();
    Ok(())
}

fn source_of(kind: &str) -> String {
    format!("other-{kind}")
}

/// Creates the source of a line, unless amoCRM has it.
pub(super) async fn keep_source(core: &Core, account: &Account, kind: &str) -> Result<()> {
    let url = format!("{}/api/v4/sources", account.url);
    let there = asked(core.client.get(&url).bearer_auth(&account.token)).await?;
    let external_id = source_of(kind);
    let is_it = |source: &Value| source["external_id"] == *external_id;
    if there["_embedded"]["sources"].as_array().is_some_and(|all| all.iter().any(is_it)) {
        return Ok(());
    }
    let new = json!([{"name": format!("Other service: {kind}"), "external_id": external_id}]);
    asked(core.client.post(&url).bearer_auth(&account.token).json(&new)).await.map(drop)
}

fn channel_of(kind: &str) -> &'static str {
    CHANNELS.iter().find(|(known, _)| *known == kind).map(|(_, id)| *id).unwrap_or_default()
}

/// Writes a customer's message into amoCRM.
pub(super) async fn write(core: &Core, account: &Account, kind: &str, message: &Arrived) -> Result<()> {
    let mut sender = json!({"id": message.chat, "name": message.name});
    if let Some(phone) = &message.phone {
        sender["profile"] = json!({"phone": phone});
    }
    let payload = json!({
        "timestamp": message.at / 1000,
        "msec_timestamp": message.at,
        "msgid": message.id,
        "conversation_id": message.chat,
        "source": {"external_id": source_of(kind)},
        "sender": sender,
        "message": {"type": "text", "text": message.text},
        "silent": false,
    });
    let scope = format!("{}_{}", channel_of(kind), account.amojo_id);
    signed(core, &scope, &json!({"event_type": "new_message", "payload": payload})).await
}

/// Says that the customer's messenger has an answer.
pub(super) async fn report_delivered(core: &Core, scope: &str, id: &str) -> Result<()> {
    signed(core, &format!("{scope}/{id}/delivery_status"), &json!({"msgid": id, "delivery_status": 1})).await
}

/// The manager's text in a hook; none if it is not signed by amoCRM or has none.
pub(super) fn read(scope: &str, call: &Call) -> Option<Written> {
    let (kind, _) = CHANNELS.iter().find(|(_, id)| scope.starts_with(id))?;
    if call.header("x-signature")? != mac(&call.body) {
        return None;
    }
    let text = |pointer: &str| call.json.pointer(pointer)?.as_str().map(str::to_owned);
    Some(Written {
        kind,
        id: text("/message/message/id")?,
        chat: text("/message/conversation/client_id")?,
        text: text("/message/message/text")?,
    })
}

fn mac(text: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(CHANNEL_SECRET.as_bytes()) else { return String::new() };
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}

/// A signed call below `/v2/origin/custom/`.
async fn signed(core: &Core, path: &str, body: &Value) -> Result<()> {
    const KIND: &str = "application/json";
    let body = body.to_string();
    let path = format!("/v2/origin/custom/{path}");
    let date = (core.options.now)().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let md5 = hex::encode(Md5::digest(body.as_bytes()));
    let signature = mac(["POST", &md5, KIND, &date, &path].join("\n").as_bytes());
    ensure!(!signature.is_empty(), "the secret can't be a key");
    let request = core.client.post(format!("{}{path}", core.options.amocrm)).header("date", date);
    let request = request.header("content-type", KIND).header("content-md5", md5).header("x-signature", signature);
    asked(request.body(body)).await.map(drop)
}
