//! Answers to messages with buttons, lists and forms; reactions.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::compose::Draft;
use crate::whatsapp::state::{By, State};

impl State {
    /// Sets or removes a reaction.
    pub(super) fn react(&mut self, who: i64, phone: &str, message: &str, emoji: &str) -> Result<String> {
        let mut body = json!({"message_id": message});
        if !emoji.is_empty() {
            body["emoji"] = json!(emoji);
        }
        if let Some(target) = self.message_mut(phone, message) {
            if emoji.is_empty() {
                target.reactions.remove(&By::Customer);
            } else {
                target.reactions.insert(By::Customer, emoji.to_owned());
            }
        }
        self.deliver_in(who, phone, Draft { is_silent: true, ..Draft::new("reaction", body, emoji) })
    }

    fn sent_body(&self, phone: &str, message: &str) -> Result<(String, Value)> {
        let (_, found) = self.message(phone, message).with_context(|| format!("there is no message {message}"))?;
        Ok((found.kind.clone(), found.body.clone()))
    }

    fn answer(&mut self, who: i64, phone: &str, message: &str, mut draft: Draft) -> Result<String> {
        draft.more = json!({"context": self.context(phone, message)});
        draft.quoted = Some(message.to_owned());
        self.deliver_in(who, phone, draft)
    }

    /// Presses a button.
    pub(super) fn press(&mut self, who: i64, phone: &str, message: &str, button: usize) -> Result<String> {
        let (kind, body) = self.sent_body(phone, message)?;
        let draft = match kind.as_str() {
            "interactive" => {
                let reply = &body["action"]["buttons"][button]["reply"];
                let title = reply["title"].as_str().context("the message has no such button")?;
                let answer = json!({"type": "button_reply", "button_reply": {"id": reply["id"], "title": title}});
                Draft::new("interactive", answer, title)
            }
            "template" => {
                let shown = &body["shown"]["buttons"][button];
                if shown["type"] != "QUICK_REPLY" {
                    bail!("the template has no quick reply there");
                }
                let text = shown["text"].as_str().unwrap_or_default();
                let given = body["components"].as_array().into_iter().flatten().find(|one| {
                    let index = one["index"].as_str().map(str::to_owned).unwrap_or_else(|| one["index"].to_string());
                    one["type"] == "button" && index == button.to_string()
                });
                let payload = given.and_then(|one| one["parameters"][0]["payload"].as_str()).unwrap_or(text);
                Draft::new("button", json!({"payload": payload, "text": text}), text)
            }
            other => bail!("a message of kind {other} has no buttons"),
        };
        self.answer(who, phone, message, draft)
    }

    /// Chooses a row.
    pub(super) fn choose(&mut self, who: i64, phone: &str, message: &str, row: &str) -> Result<String> {
        let (_, body) = self.sent_body(phone, message)?;
        let sections = body["action"]["sections"].as_array().context("the message is no list")?;
        let mut rows = sections.iter().filter_map(|one| one["rows"].as_array()).flatten();
        let row = rows.find(|one| one["id"] == row).context("the list has no such row")?;
        let mut reply = json!({"id": row["id"], "title": row["title"]});
        if row["description"].as_str().is_some_and(|text| !text.is_empty()) {
            reply["description"] = row["description"].clone();
        }
        let title = row["title"].as_str().unwrap_or_default().to_owned();
        let draft = Draft::new("interactive", json!({"type": "list_reply", "list_reply": reply}), &title);
        self.answer(who, phone, message, draft)
    }

    /// Submits a form.
    pub(super) fn fill(&mut self, who: i64, phone: &str, message: &str, values: &Value) -> Result<String> {
        let reply = json!({"name": "flow", "body": "Sent", "response_json": values.to_string()});
        let draft = Draft::new("interactive", json!({"type": "nfm_reply", "nfm_reply": reply}), "Sent");
        self.answer(who, phone, message, draft)
    }

    /// Shares the person's own number.
    pub(super) fn share_contact(&mut self, who: i64, phone: &str) -> Result<String> {
        let number = self.person_mut(who)?.wa_id.clone();
        let vcard = format!("BEGIN:VCARD\nVERSION:3.0\nTEL:+{number}\nEND:VCARD");
        let phones = json!([{"phone": format!("+{number}"), "wa_id": number, "type": "CELL"}]);
        let body = json!([{"vcard": vcard, "origin": "contact_request", "phones": phones}]);
        self.deliver_in(who, phone, Draft::new("contacts", body, &format!("+{number}")))
    }
}
