//! Messages and comments as contained in webhooks.

use serde_json::{Map, Value, json};

use super::{Author, Comment, Message, Platform, State};

impl State {
    /// A message with the current time, not in a chat yet.
    pub(crate) fn new_message(
        &mut self,
        account: &str,
        author: Author,
        text: Option<String>,
        attachments: Vec<Value>,
    ) -> Message {
        let serial = self.next_serial();
        let mid = match self.accounts.get(account).map(|one| one.platform) {
            Some(Platform::Facebook) => format!("m_QwErTy{serial:08}-aBc_0"),
            _ => format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOj{serial:010}ZD"),
        };
        Message {
            mid,
            author,
            at: self.now,
            text,
            attachments,
            more: Map::new(),
            choices: Vec::new(),
            tag: None,
            is_deleted: false,
            edits: 0,
            reactions: Default::default(),
            is_delivered: false,
            is_read: false,
        }
    }

    /// Adds a message to a chat and queues its webhooks: a message of the person, or an echo.
    pub(crate) fn add(&mut self, account: &str, person: i64, message: Message) {
        let event = self.message_event(account, person, &message);
        let is_by_person = message.is_by_person();
        let now = self.now;
        let chat = self.chat(account, person);
        if is_by_person {
            chat.last_from_person = Some(now);
        }
        chat.messages.push(message);
        let field = self.field(account, if is_by_person { "messages" } else { "message_echoes" });
        self.tell(account, field, event);
    }

    /// The whole event of a message.
    pub(crate) fn message_event(&self, account: &str, person: i64, message: &Message) -> Value {
        let (customer, business) = (json!({ "id": self.scoped(account, person) }), json!({ "id": account }));
        let is_by_person = message.is_by_person();
        let (sender, recipient) = if is_by_person { (customer, business) } else { (business, customer) };
        let mut shown = Map::new();
        shown.insert("mid".to_owned(), json!(message.mid));
        if message.is_deleted {
            shown.insert("is_deleted".to_owned(), json!(true));
        } else {
            if let Some(text) = &message.text {
                shown.insert("text".to_owned(), json!(text));
            }
            if !message.attachments.is_empty() {
                let all: Vec<Value> = message.attachments.iter().map(|one| self.with_address(one)).collect();
                shown.insert("attachments".to_owned(), json!(all));
            }
            shown.extend(message.more.clone());
        }
        if !is_by_person {
            shown.insert("is_echo".to_owned(), json!(true));
            // Only Messenger's documents contain the app of an echo.
            let is_facebook = self.accounts.get(account).is_some_and(|one| one.platform == Platform::Facebook);
            if let (Author::App(app), true) = (&message.author, is_facebook) {
                shown.insert("app_id".to_owned(), json!(app.parse::<i64>().unwrap_or_default()));
            }
        }
        json!({ "sender": sender, "recipient": recipient, "timestamp": message.at, "message": shown })
    }

    /// An attachment with the address of its file.
    pub(crate) fn with_address(&self, attachment: &Value) -> Value {
        let mut shown = attachment.clone();
        let Some(payload) = shown.get_mut("payload").and_then(Value::as_object_mut) else { return shown };
        if let Some(Value::String(file)) = payload.remove("file") {
            payload.insert("url".to_owned(), json!(self.address(&file)));
        }
        shown
    }

    /// A participant as returned by the Conversations API; the account if there is no person.
    pub(crate) fn face(&self, account: &str, person: Option<i64>) -> Value {
        let found = self.accounts.get(account);
        let is_instagram = found.is_some_and(|one| one.platform == Platform::Instagram);
        let (id, name, username) = match person {
            Some(person) => {
                let known = self.people.get(&person);
                let name = known.map(|one| one.name.clone()).unwrap_or_default();
                (self.scoped(account, person), name, known.map(|one| one.username.clone()).unwrap_or_default())
            }
            None => {
                let name = found.map(|one| one.name.clone()).unwrap_or_default();
                (account.to_owned(), name, found.map(|one| one.username.clone()).unwrap_or_default())
            }
        };
        if is_instagram { json!({ "id": id, "username": username }) } else { json!({ "id": id, "name": name }) }
    }

    /// `from` of a comment.
    pub(crate) fn author_json(&self, comment: &Comment) -> Value {
        let account = self.posts.get(&comment.post).map(|post| post.account.clone()).unwrap_or_default();
        self.face(&account, comment.person)
    }

    /// Adds a comment and queues its webhooks; returns its id. Without a person it is the account's own.
    pub(crate) fn comment(&mut self, post: &str, person: Option<i64>, parent: Option<String>, text: &str) -> String {
        let serial = self.next_serial();
        let Some(found) = self.posts.get(post).cloned() else { return String::new() };
        let is_instagram = self.accounts.get(&found.account).is_some_and(|one| one.platform == Platform::Instagram);
        let id = match (is_instagram, post.rsplit('_').next()) {
            (false, Some(number)) => format!("{number}_{serial:010}"),
            _ => format!("1800{serial:013}"),
        };
        let comment = Comment {
            id: id.clone(),
            post: post.to_owned(),
            parent,
            person,
            text: text.to_owned(),
            at: self.now,
            is_hidden: false,
            is_replied: false,
        };
        self.comments.insert(id.clone(), comment);
        self.announce_comment(&id, "add");
        id
    }

    /// Queues the webhooks about a comment. Instagram reports only new ones.
    pub(crate) fn announce_comment(&mut self, id: &str, verb: &str) {
        let Some(comment) = self.comments.get(id).cloned() else { return };
        let Some(post) = self.posts.get(&comment.post).cloned() else { return };
        let is_instagram = self.accounts.get(&post.account).is_some_and(|one| one.platform == Platform::Instagram);
        let from = self.author_json(&comment);
        if is_instagram {
            let mut value = json!({
                "id": id,
                "from": from,
                "text": comment.text,
                "media": { "id": post.id, "media_product_type": post.product },
            });
            if let Some(parent) = &comment.parent {
                value["parent_id"] = json!(parent);
            }
            if verb == "add" {
                self.tell_change(
                    &post.account,
                    if post.product == "LIVE" { "live_comments" } else { "comments" },
                    value,
                );
            }
            return;
        }
        let mut value = json!({
            "from": from,
            "post": { "status_type": "added_photos", "is_published": true, "permalink_url": post.permalink, "id": post.id },
            "message": comment.text,
            "post_id": post.id,
            "comment_id": id,
            "created_time": comment.at / 1000,
            "item": "comment",
            "parent_id": comment.parent.clone().unwrap_or_else(|| post.id.clone()),
            "verb": verb,
        });
        if verb == "remove" {
            value["message"].take();
        }
        self.tell_change(&post.account, "feed", value);
    }
}
