//! VK: a community, and Maria.

use std::sync::Arc;

use base::clock::Clock;
use parom_tests::Simulated;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use simulator::kit::{Author, Id, Verb};
use simulator::vk::{Act, Content, Fault, Given, MessageView, NewCommunity, NewPerson};

use super::stage::{Brings, HookCall, Messenger, Reach, Simulation, customer, sends};

pub struct Vk {
    pub vk: simulator::vk::Vk,
    pub community: i64,
    pub maria: i64,
}

const RIGHTS: [&str; 5] = ["messages", "manage", "photos", "docs", "wall"];

pub async fn start(clock: Clock) -> Arc<dyn Messenger> {
    let vk = <simulator::vk::Vk as Simulated>::start(clock).await;
    let (community, maria) = (vk.add_community(NewCommunity::default()).id, vk.add_person(NewPerson::default()));
    Arc::new(Vk { vk, community, maria })
}

impl Messenger for Vk {
    fn kind(&self) -> &'static str {
        "vk"
    }

    fn simulation(&self) -> &dyn Simulation {
        &self.vk
    }

    fn line(&self) -> Id {
        self.community.into()
    }

    fn who(&self) -> i64 {
        self.maria
    }

    fn conversation(&self) -> String {
        self.maria.to_string()
    }

    fn settings(&self) -> Value {
        let mut token = self.vk.community(self.community).unwrap().token;
        if token.is_empty() {
            token = self.vk.add_token(self.community, &RIGHTS);
        }
        json!({ "group_id": self.community, "access_token": token })
    }

    fn wrong_credential(&self) -> (&'static str, &'static str) {
        ("access_token", "vk1.a.somebody-elses-token")
    }

    fn ends_access(&self) {
        self.vk.revoke_tokens(self.community);
    }

    fn sending(&self) -> &'static str {
        "messages.send"
    }

    fn too_many(&self) -> Fault {
        Fault::refuse(200, 6, "")
    }

    fn brings(&self) -> Vec<Brings> {
        let two = Content::of("photo").saying("Две").file(Given::sample()).file(Given::sample());
        let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
        let odd = Content::of("raw").with("attachments", json!([{ "type": "new_thing" }]));
        let song = Content::of("audio").with("artist", "A").with("title", "B");
        vec![
            sends(self, Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")]),
            sends(self, Content::of("photo").saying("Вот"), &[("picture", "Вот")]),
            sends(self, two, &[("picture", "Две"), ("picture", "")]),
            sends(self, Content::of("doc").saying("Смета"), &[("file", "Смета")]),
            sends(self, Content::of("voice"), &[("voice", "")]),
            sends(self, Content::of("graffiti"), &[("picture", "")]),
            sends(self, Content::of("sticker").with("id", 9019), &[("sticker", "")]),
            sends(self, place, &[("location", "")]),
            sends(self, song, &[("text", "[Музыка] A – B")]),
            sends(self, Content::of("video").with("title", "Film"), &[("text", "~[Видео] Film https://vk.com/video")]),
            sends(self, odd, &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")]),
        ]
    }

    fn forwards(&self, message: &Id) -> Option<Act> {
        Some(customer(self, Verb::Send).text("Вот").with("forward", json!([message.number()])))
    }

    fn comes_from(&self, mark: &str) -> Option<Act> {
        Some(customer(self, Verb::Send).text("Hi").with("ref", mark))
    }

    fn owner_writes(&self, text: &str) -> Option<Act> {
        let oleg = self.vk.add_person(NewPerson { first_name: "Oleg".into(), ..NewPerson::default() });
        let act = Act::own("admin_writes").line(self.community).with("admin", oleg).with("peer", self.maria);
        Some(act.text(text))
    }

    fn leaves(&self, step: usize) -> Option<Reach> {
        let act = |act: Act| drop(Simulation::act(&self.vk, act.who(self.maria).line(self.community)));
        Some(match step {
            0 => {
                act(Act::of(Verb::Stop));
                Reach::Fails(904, "Попросите его сначала написать")
            }
            1 => {
                act(Act::of(Verb::Start));
                Reach::Arrives
            }
            2 => {
                act(Act::own("ban").with("banned", true));
                Reach::Fails(905, "в чёрном списке")
            }
            3 => {
                self.vk.delete_person(self.maria);
                Reach::Fails(901, "удалён")
            }
            _ => return None,
        })
    }

    fn comments(&self, text: &str) -> Option<Id> {
        Some(Simulation::act(&self.vk, customer(self, Verb::Send).to("post", 77).text(text)))
    }

    fn changes_comment(&self, comment: &Id, text: Option<&str>) {
        let act = customer(self, if text.is_some() { Verb::Edit } else { Verb::Remove });
        Simulation::act(&self.vk, text.into_iter().fold(act.to("post", 77).message(comment.clone()), Act::text));
    }

    fn commented(&self) -> Vec<MessageView> {
        self.vk.comments(self.community).into_iter().filter(|one| one.author == Author::Line).collect()
    }

    fn call(&self, hook: &str, body: Value, is_genuine: bool) -> HookCall {
        let text = body.to_string().replace("223344556", &self.community.to_string());
        let mut body: Value = serde_json::from_str(&text).unwrap();
        if body.is_object() {
            let secret = self.vk.servers(self.community).pop().map(|one| one.secret).unwrap_or_default();
            body["secret"] = json!(if is_genuine { secret } else { "wrong".to_owned() });
        }
        HookCall::plain(hook, &body)
    }

    fn text_body(&self, number: i64, at: i64) -> Value {
        let maria = self.maria;
        let message = json!({ "id": number, "date": at, "peer_id": maria, "from_id": maria, "random_id": 0,
            "conversation_message_id": number, "text": format!("number {number}"), "attachments": [] });
        json!({ "group_id": self.community, "type": "message_new", "event_id": format!("e{number}"), "v": "5.199",
            "object": { "message": message, "client_info": {} } })
    }

    fn samples(&self) -> usize {
        44
    }

    fn echoes(&self) -> Vec<Value> {
        let all = self.vk.hooks(self.community).into_iter();
        all.filter(|one| one.kind == "message_reply").map(|one| one.body).collect()
    }

    fn hooks(&self) -> Vec<String> {
        self.vk.servers(self.community).into_iter().map(|one| one.url).collect()
    }

    fn loses_hook(&self) -> Option<RequestBuilder> {
        let token = self.vk.community(self.community).unwrap().token;
        let server = self.vk.servers(self.community).remove(0).id;
        let url = format!("{}/method/groups.deleteCallbackServer", self.vk.base_url());
        let form = format!("access_token={token}&v=5.199&group_id={}&server_id={server}", self.community);
        let request = parom_tests::client().post(url);
        Some(request.header("content-type", "application/x-www-form-urlencoded").body(form))
    }
}
