//! The wire of VK: bytes of calls, of events, of files.

mod login;
mod receiving;
mod sending;

use serde_json::Value;
use simulator::vk::{Act, CommunityView, Customer, MessageView, NewCommunity, NewPerson, Options, Verb, Vk};

use crate::stage::{Receiver, Stage};

struct World {
    stage: Stage<Options>,
    acme: CommunityView,
    maria: i64,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::start(|now| Options { now }).await;
        let acme = stage.simulator.add_community(NewCommunity::default());
        let maria = stage.simulator.add_person(NewPerson::default());
        Self { stage, acme, maria }
    }

    /// With a person who has written.
    async fn met() -> Self {
        let world = Self::start().await;
        world.maria().writes("Hello").unwrap();
        world
    }

    fn vk(&self) -> &Vk {
        &self.stage.simulator
    }

    fn maria(&self) -> Customer<'_> {
        self.vk().customer(self.maria, self.acme.id)
    }

    /// What Maria does in her dialogue.
    fn act(&self, verb: Verb) -> Act {
        Act::of(verb).who(self.maria).line(self.acme.id)
    }

    fn sent(&self) -> Vec<MessageView> {
        self.vk().sent_to(self.acme.id, self.maria)
    }

    /// A call about Acme and Maria, unless the parameters name others.
    async fn call(&self, method: &str, params: &[(&str, &str)]) -> Value {
        let (group, peer) = (self.acme.id.to_string(), self.maria.to_string());
        let form = [("access_token", &*self.acme.token), ("v", "5.199"), ("group_id", &group), ("peer_id", &peer)];
        let path = format!("/method/{method}");
        serde_json::from_str(&self.stage.form(&path, &[&form, params].concat()).await.1).unwrap()
    }

    /// The answer of a call that goes well.
    async fn ok(&self, method: &str, params: &[(&str, &str)]) -> Value {
        let mut answer = self.call(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["response"].take()
    }

    /// The code of a call that is refused.
    async fn refused(&self, method: &str, params: &[(&str, &str)]) -> i64 {
        let answer = self.call(method, params).await;
        let shown = &answer["error"]["request_params"];
        assert_eq!(shown[0]["value"], method, "{answer}");
        assert!(!shown.to_string().contains(&self.acme.token), "a refusal contains no token");
        answer["error"]["error_code"].as_i64().unwrap()
    }

    /// A callback server that wants these kinds, confirmed.
    async fn listens(&self, kinds: &[&str]) -> Receiver {
        let receiver = Receiver::start();
        receiver.answers(&[(200, self.acme.confirmation_code.clone().leak())]);
        receiver.always(200, "ok");
        let server = [("url", receiver.url.as_str()), ("title", "Parom"), ("secret_key", "s3cr3t")];
        self.ok("groups.addCallbackServer", &server).await;
        let wanted: Vec<_> = kinds.iter().map(|kind| (*kind, "1")).chain([("server_id", "1")]).collect();
        self.ok("groups.setCallbackSettings", &wanted).await;
        self.vk().deliver_all().await;
        receiver
    }
}

/// Events that came, without the confirmation.
fn events(receiver: &Receiver) -> Vec<Value> {
    receiver.bodies().into_iter().filter(|event| event["type"] != "confirmation").collect()
}
