//! VK.

mod bare;
mod comments;
mod common;
mod inwards;
mod live;
mod setup;

use parom_tests::{Beside, Simulated};
use serde_json::{Value, json};
use simulator::vk::{Act, Fault, MessageView, NewCommunity, NewPerson, Vk};

use super::played::{HookCall, Played, Sent};

pub type VkWorld = Beside<Vk>;

/// How VK is played.
pub struct Community;

/// A community, and Maria.
#[derive(Clone, Copy)]
pub struct Ids {
    pub community: i64,
    pub maria: i64,
}

const RIGHTS: [&str; 5] = ["messages", "manage", "photos", "docs", "wall"];

pub fn seen(message: MessageView) -> Sent {
    Sent {
        id: message.id.into(),
        text: message.text,
        file: message.files.into_iter().next().map(|file| file.bytes),
        buttons: message.buttons.into_iter().flatten().map(|one| one.text).collect(),
        json: message.json.to_string(),
    }
}

impl Played for Community {
    type Double = Vk;
    type Ids = Ids;
    const KIND: &'static str = "vk";

    fn sets_up(vk: &Vk) -> Ids {
        Ids { community: vk.add_community(NewCommunity::default()).id, maria: vk.add_person(NewPerson::default()) }
    }

    fn settings(vk: &Vk, ids: &Ids) -> Value {
        let mut token = vk.community(ids.community).unwrap().token;
        if token.is_empty() {
            token = vk.add_token(ids.community, &RIGHTS);
        }
        json!({ "group_id": ids.community, "access_token": token })
    }

    fn credential() -> (&'static str, &'static str) {
        ("access_token", "vk1.a.somebody-elses-token")
    }

    fn writes(vk: &Vk, ids: &Ids, text: &str) -> String {
        let cmid = vk.customer(ids.maria, ids.community).writes(text).unwrap();
        let dialogue = vk.dialogue(ids.community, ids.maria);
        dialogue.into_iter().find(|one| one.id == cmid).unwrap().json["id"].to_string()
    }

    fn conversation(_vk: &Vk, ids: &Ids) -> String {
        ids.maria.to_string()
    }

    async fn settles(vk: &Vk) {
        vk.deliver_all().await;
    }

    fn sent(vk: &Vk, ids: &Ids) -> Vec<Sent> {
        vk.sent_to(ids.community, ids.maria).into_iter().map(seen).collect()
    }

    fn call(vk: &Vk, ids: &Ids, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let text = body.to_string().replace("223344556", &ids.community.to_string());
        let mut body: Value = serde_json::from_str(&text).unwrap();
        if body.is_object() {
            let secret = vk.servers(ids.community).pop().map(|one| one.secret).unwrap_or_default();
            body["secret"] = json!(if is_genuine { secret } else { "wrong".to_owned() });
        }
        HookCall { path: hook.to_owned(), headers: Vec::new(), body: body.to_string() }
    }

    fn text_body(ids: &Ids, number: i64, at: i64) -> Value {
        let maria = ids.maria;
        let message = json!({ "id": number, "date": at, "peer_id": maria, "from_id": maria, "random_id": 0,
            "conversation_message_id": number, "text": format!("number {number}"), "attachments": [] });
        json!({ "group_id": ids.community, "type": "message_new", "event_id": format!("e{number}"), "v": "5.199",
            "object": { "message": message, "client_info": {} } })
    }

    fn echoes(vk: &Vk, ids: &Ids) -> Vec<Value> {
        vk.hooks(ids.community).into_iter().filter(|one| one.kind == "message_reply").map(|one| one.body).collect()
    }

    fn hooks(vk: &Vk, ids: &Ids) -> Vec<String> {
        vk.servers(ids.community).into_iter().map(|one| one.url).collect()
    }

    fn loses_hook(vk: &Vk, ids: &Ids) {
        let token = vk.community(ids.community).unwrap().token;
        let server = vk.servers(ids.community).remove(0).id;
        let url = format!("{}/method/groups.deleteCallbackServer", vk.address());
        let form = format!("access_token={token}&v=5.199&group_id={}&server_id={server}", ids.community);
        called(url, form);
    }

    fn is_away(vk: &Vk, away: bool) {
        if away {
            vk.faults().until_cleared("*", Fault::HtmlPage { status: 502 });
        } else {
            vk.faults().clear();
        }
    }

    fn loses_an_answer(vk: &Vk) {
        vk.faults().next("messages.send", 1, Fault::ResetAfter);
    }

    fn storms(vk: &Vk, times: usize) {
        vk.faults().next("messages.send", times, Fault::refuse(200, 6, ""));
    }

    fn ends_access(vk: &Vk, ids: &Ids) {
        vk.revoke_tokens(ids.community);
    }
}

/// Another program's call.
fn called(url: String, form: String) {
    let calling = async move {
        let request = parom_tests::client().post(url).header("content-type", "application/x-www-form-urlencoded");
        assert!(request.body(form).send().await.unwrap().status().is_success());
    };
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(calling));
}

/// The customer's acts.
fn acts(vk: &Vk, act: Act) -> i64 {
    vk.act(act).unwrap().message().number()
}
