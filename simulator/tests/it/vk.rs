//! The wire of VK: bytes of calls, of events, of files.

mod sending;

use serde_json::{Value, json};
use simulator::vk::{CommunityView, Customer, NewCommunity, NewPerson, Vk, VkWire};

use crate::stage::Stage;

struct World {
    stage: Stage<VkWire>,
    acme: CommunityView,
    maria: i64,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::<VkWire>::start().await;
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
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::met().await;
    let key = json!({"inline": true, "buttons": [[{"action": {"type": "callback", "label": "Да"}}]]}).to_string();
    world.ok("messages.send", &[("random_id", "1"), ("message", "Везём?"), ("keyboard", &key)]).await;
    let (maria, acme) = (world.maria.to_string(), world.acme.id.to_string());
    world.stage.takes_examples("vk", &[("712345678", &maria), ("223344556", &acme)]).await;
}
