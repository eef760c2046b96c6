//! Its lines: how each messenger is connected, read and written to, after the messengers' documents.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::http::{asked, form};
use crate::kit::{Answer, Call, list};

/// What the business gave it to have a line; `api` is the messenger's address.
#[derive(Clone, Debug)]
pub enum Access {
    Vk {
        api: String,
        community: i64,
        token: String,
    },
    Avito {
        api: String,
        client_id: String,
        client_secret: String,
    },
    /// With an app of its own.
    WhatsApp {
        api: String,
        phone: String,
        waba: String,
        token: String,
    },
    Max {
        api: String,
        token: String,
    },
    Telegram {
        api: String,
        token: String,
    },
}

impl Access {
    /// Kind of the messenger: `vk`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Vk { .. } => "vk",
            Self::Avito { .. } => "avito",
            Self::WhatsApp { .. } => "whatsapp",
            Self::Max { .. } => "max",
            Self::Telegram { .. } => "telegram",
        }
    }
}

/// A customer's message.
pub(super) struct Arrived {
    pub id: String,
    /// The messenger's id of the chat, to which answers go.
    pub chat: String,
    pub name: String,
    pub phone: Option<String>,
    pub text: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

#[derive(Clone)]
pub(super) struct Line {
    pub access: Access,
    /// Address of its webhooks.
    hook: String,
    /// VK: what its callback server answers. Avito: the seller.
    own: String,
}

/// An id as text, whether the messenger gives a number or a text.
fn id(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn vk(client: &reqwest::Client, api: &str, token: &str, method: &str, more: &[(&str, &str)]) -> Result<Value> {
    let fields: Vec<_> = [("access_token", token), ("v", "5.199")].into_iter().chain(more.iter().copied()).collect();
    let mut answer = asked(form(client, &format!("{api}/method/{method}"), &fields)).await?;
    ensure!(answer["error"].is_null(), "{method} was refused: {}", answer["error"]);
    Ok(answer["response"].take())
}

impl Line {
    pub fn of(access: Access, hook: String) -> Self {
        Self { access, hook, own: String::new() }
    }

    /// Reads what the webhook needs.
    pub async fn prepare(&mut self, client: &reqwest::Client) -> Result<()> {
        match &self.access {
            Access::Vk { api, community, token } => {
                let group = community.to_string();
                let code =
                    vk(client, api, token, "groups.getCallbackConfirmationCode", &[("group_id", &group)]).await?;
                self.own = text(&code["code"]);
            }
            Access::Avito { api, .. } => {
                let own = client.get(format!("{api}/core/v1/accounts/self")).bearer_auth(self.avito(client).await?);
                self.own = id(&asked(own).await?["id"]);
            }
            Access::WhatsApp { .. } | Access::Max { .. } | Access::Telegram { .. } => {}
        }
        Ok(())
    }

    /// A token of the seller's application.
    async fn avito(&self, client: &reqwest::Client) -> Result<String> {
        let Access::Avito { api, client_id, client_secret } = &self.access else { return Ok(String::new()) };
        let fields = [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", client_secret)];
        Ok(text(&asked(form(client, &format!("{api}/token"), &fields)).await?["access_token"]))
    }

    pub async fn register(&self, client: &reqwest::Client) -> Result<()> {
        let hook = self.hook.as_str();
        match &self.access {
            Access::Vk { api, community, token } => {
                let group = community.to_string();
                let server = [("group_id", group.as_str()), ("url", hook), ("title", "Other"), ("secret_key", "other")];
                let made = vk(client, api, token, "groups.addCallbackServer", &server).await?;
                let server = id(&made["server_id"]);
                let wanted = [("group_id", group.as_str()), ("server_id", &server), ("message_new", "1")];
                vk(client, api, token, "groups.setCallbackSettings", &wanted).await.map(drop)
            }
            Access::Avito { api, .. } => {
                let request = client.post(format!("{api}/messenger/v3/webhook")).json(&json!({"url": hook}));
                asked(request.bearer_auth(self.avito(client).await?)).await.map(drop)
            }
            Access::WhatsApp { api, waba, token, .. } => {
                let own = json!({"override_callback_uri": hook, "verify_token": "other"});
                let request = client.post(format!("{api}/v26.0/{waba}/subscribed_apps")).bearer_auth(token);
                asked(request.json(&own)).await.map(drop)
            }
            Access::Max { api, token } => {
                let wanted = json!({"url": hook, "update_types": ["message_created"]});
                asked(client.post(format!("{api}/subscriptions")).header("authorization", token).json(&wanted))
                    .await
                    .map(drop)
            }
            Access::Telegram { api, token } => {
                asked(client.post(format!("{api}/bot{token}/setWebhook")).json(&json!({"url": hook}))).await.map(drop)
            }
        }
    }

    pub async fn unregister(&self, client: &reqwest::Client) -> Result<()> {
        let hook = self.hook.as_str();
        match &self.access {
            Access::Vk { api, community, token } => {
                let group = community.to_string();
                let there = vk(client, api, token, "groups.getCallbackServers", &[("group_id", &group)]).await?;
                for server in list(&there["items"]).iter().filter(|server| server["url"] == hook) {
                    let server = id(&server["id"]);
                    let named = [("group_id", group.as_str()), ("server_id", &server)];
                    vk(client, api, token, "groups.deleteCallbackServer", &named).await?;
                }
                Ok(())
            }
            Access::Avito { api, .. } => {
                let request =
                    client.post(format!("{api}/messenger/v1/webhook/unsubscribe")).json(&json!({"url": hook}));
                asked(request.bearer_auth(self.avito(client).await?)).await.map(drop)
            }
            Access::WhatsApp { api, waba, token, .. } => {
                asked(client.delete(format!("{api}/v26.0/{waba}/subscribed_apps")).bearer_auth(token)).await.map(drop)
            }
            Access::Max { api, token } => {
                let request = client.delete(format!("{api}/subscriptions")).query(&[("url", hook)]);
                asked(request.header("authorization", token)).await.map(drop)
            }
            Access::Telegram { api, token } => {
                asked(client.post(format!("{api}/bot{token}/deleteWebhook"))).await.map(drop)
            }
        }
    }

    /// The answer to a call that brings no message: VK's and Meta's questions whose address it is.
    pub fn answers(&self, call: &Call) -> Option<Answer> {
        match &self.access {
            Access::Vk { .. } if call.json["type"] == "confirmation" => {
                Some(Answer::new(200, "text/plain", self.own.clone()))
            }
            Access::WhatsApp { .. } if call.method == "GET" => {
                Some(Answer::new(200, "text/plain", call.query("hub.challenge").unwrap_or_default().to_owned()))
            }
            _ => None,
        }
    }

    /// The answer to a webhook that was taken.
    pub fn thanks(&self) -> Answer {
        match &self.access {
            Access::Vk { .. } => Answer::new(200, "text/plain", "ok"),
            _ => Answer::empty(200),
        }
    }

    /// Customers' texts in a webhook.
    pub async fn read(&self, client: &reqwest::Client, call: &Call) -> Result<Vec<Arrived>> {
        let json = &call.json;
        let number = |value: &Value| value.as_i64().unwrap_or_default();
        let one = match &self.access {
            Access::Vk { api, token, .. } => {
                let message = &json["object"]["message"];
                if json["type"] != "message_new" {
                    return Ok(Vec::new());
                }
                let people = vk(client, api, token, "users.get", &[("user_ids", &id(&message["from_id"]))]).await?;
                Arrived {
                    id: format!("{}-{}", message["peer_id"], message["conversation_message_id"]),
                    chat: id(&message["peer_id"]),
                    name: format!("{} {}", text(&people[0]["first_name"]), text(&people[0]["last_name"])),
                    phone: None,
                    text: text(&message["text"]),
                    at: number(&message["date"]) * 1000,
                }
            }
            Access::Avito { api, .. } => {
                let message = &json["payload"]["value"];
                // The seller's own messages come too.
                if message["type"] != "text" || message["author_id"] == message["user_id"] {
                    return Ok(Vec::new());
                }
                let chat = text(&message["chat_id"]);
                let url = format!("{api}/messenger/v2/accounts/{}/chats/{chat}", self.own);
                let about = asked(client.get(url).bearer_auth(self.avito(client).await?)).await?;
                let author = list(&about["users"]).iter().find(|user| user["id"] == message["author_id"]);
                Arrived {
                    id: id(&message["id"]),
                    name: author.map(|user| text(&user["name"])).unwrap_or_default(),
                    chat,
                    phone: None,
                    text: text(&message["content"]["text"]),
                    at: number(&message["created"]) * 1000,
                }
            }
            Access::WhatsApp { .. } => return Ok(of_meta(json)),
            Access::Max { .. } => {
                let message = &json["message"];
                if json["update_type"] != "message_created" || message["sender"]["is_bot"] == true {
                    return Ok(Vec::new());
                }
                Arrived {
                    id: text(&message["body"]["mid"]),
                    chat: id(&message["sender"]["user_id"]),
                    name: text(&message["sender"]["name"]),
                    phone: None,
                    text: text(&message["body"]["text"]),
                    at: number(&message["timestamp"]),
                }
            }
            Access::Telegram { .. } => {
                let message = &json["message"];
                let chat = id(&message["chat"]["id"]);
                Arrived {
                    id: format!("{chat}-{}", message["message_id"]),
                    chat,
                    name: text(&message["from"]["first_name"]),
                    phone: None,
                    text: text(&message["text"]),
                    at: number(&message["date"]) * 1000,
                }
            }
        };
        Ok(Some(one).filter(|one| !one.text.is_empty()).into_iter().collect())
    }

    /// Sends a text; `unique` is the same for the same text.
    pub async fn send(&self, client: &reqwest::Client, chat: &str, text: &str, unique: &str) -> Result<()> {
        match &self.access {
            Access::Vk { api, token, .. } => {
                // A number, by which VK recognises a repeat.
                let random_id = unique.bytes().fold(7_i32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
                let random_id = random_id.to_string();
                let sent = [("peer_id", chat), ("random_id", random_id.as_str()), ("message", text)];
                vk(client, api, token, "messages.send", &sent).await.map(drop)
            }
            Access::Avito { api, .. } => {
                let url = format!("{api}/messenger/v1/accounts/{}/chats/{chat}/messages", self.own);
                let request = client.post(url).json(&json!({"type": "text", "message": {"text": text}}));
                asked(request.bearer_auth(self.avito(client).await?)).await.map(drop)
            }
            Access::WhatsApp { api, phone, token, .. } => {
                let body = json!({"messaging_product": "whatsapp", "to": chat, "type": "text", "text": {"body": text}});
                let request = client.post(format!("{api}/v26.0/{phone}/messages")).bearer_auth(token);
                asked(request.json(&body)).await.map(drop)
            }
            Access::Max { api, token } => {
                let request = client.post(format!("{api}/messages")).query(&[("user_id", chat)]);
                asked(request.header("authorization", token).json(&json!({"text": text}))).await.map(drop)
            }
            Access::Telegram { api, token } => {
                let body = json!({"chat_id": chat.parse::<i64>().context("a chat's id")?, "text": text});
                asked(client.post(format!("{api}/bot{token}/sendMessage")).json(&body)).await.map(drop)
            }
        }
    }
}

/// The texts in a webhook of the Cloud API.
fn of_meta(json: &Value) -> Vec<Arrived> {
    let changes = list(&json["entry"]).iter().flat_map(|entry| list(&entry["changes"]));
    let of_change = |change: &Value| {
        let value = &change["value"];
        let name = text(&value["contacts"][0]["profile"]["name"]);
        let messages = list(&value["messages"]).iter().filter(|message| message["type"] == "text");
        let read = |message: &Value| Arrived {
            id: text(&message["id"]),
            chat: text(&message["from"]),
            name: name.clone(),
            phone: Some(format!("+{}", text(&message["from"]))),
            text: text(&message["text"]["body"]),
            at: text(&message["timestamp"]).parse::<i64>().unwrap_or_default() * 1000,
        };
        messages.map(read).collect::<Vec<_>>()
    };
    changes.flat_map(of_change).collect()
}
