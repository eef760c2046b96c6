//! Switches that break things.

use serde_json::{Value, json};
use simulator::whatsapp::{Content, Fault};

use super::world::{MARIA, PHONE, World, to_maria};

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let (world, receiver) = World::open().await;
    let path = format!("{PHONE}/messages");
    let text = || to_maria("text", json!({"body": "Hi"}));
    let faults = world.whatsapp.faults();
    faults.next("messages", 1, Fault::Error { code: 130_429 });
    faults.next_to(MARIA, 1, Fault::Error { code: 131_056 });
    let (message, details) = ("(#80007) Slower".to_owned(), Some("Wait".to_owned()));
    faults.next("*", 1, Fault::Refuse { status: 429, code: 80_007, message, subcode: Some(2_494_055), details });
    faults.next("messages", 1, Fault::HtmlPage { status: 502 });
    assert_eq!(faults.describe().len(), 4);
    for (status, code) in [(400, 130_429), (400, 131_056), (429, 80_007)] {
        let (got, error) = world.refused("POST", &path, text()).await;
        assert_eq!((got, &error["code"]), (status, &json!(code)));
    }
    let page = world.http.post(world.url(&path)).bearer_auth(&world.token).json(&text()).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.text().await.unwrap().starts_with("<html>")), (502, true));
    assert_eq!((faults.left(), world.whatsapp.sent(PHONE).len()), (0, 0));
    for (fault, sent) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("messages", 1, fault);
        assert!(world.http.post(world.url(&path)).bearer_auth(&world.token).json(&text()).send().await.is_err());
        assert_eq!(world.whatsapp.sent(PHONE).len(), sent);
    }
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.all("statuses").len(), 2, "a lost answer, and its statuses");
    let statuses: Vec<u16> = world.whatsapp.calls_of("messages").iter().map(|call| call.status).collect();
    assert_eq!(statuses, [400, 400, 429, 502, 0, 0]);
}

#[tokio::test]
async fn a_gate_holds_calls() {
    let (world, _receiver) = World::open().await;
    let gate = world.whatsapp.faults().hold("messages");
    let text = to_maria("text", json!({"body": "Hi"}));
    let call = world.http.post(world.url(&format!("{PHONE}/messages"))).bearer_auth(&world.token).json(&text);
    let call = tokio::spawn(call.send());
    gate.until_waiting(1).await;
    assert!(world.whatsapp.sent(PHONE).is_empty());
    gate.open();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn downloads_break_too() {
    let (world, receiver) = World::open().await;
    world.maria().sends(Content::image("")).unwrap();
    world.whatsapp.deliver_all().await;
    let url = receiver.all("messages").pop().unwrap()["image"]["url"].as_str().unwrap().to_owned();
    world.whatsapp.faults().next("media_download", 1, Fault::Error { code: 131_016 });
    let load = async || world.http.get(&url).bearer_auth(&world.token).send().await;
    assert_eq!(load().await.unwrap().status(), 500);
    world.whatsapp.faults().next("media_download", 1, Fault::ResetBefore);
    assert!(load().await.is_err());
    assert_eq!(load().await.unwrap().status(), 200);
    assert_eq!(world.whatsapp.calls_of("media_download").len(), 3);
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let (world, receiver) = World::open().await;
    let base = world.whatsapp.base_url().to_owned();
    let post = async |path: &str, body: Value| {
        let answer = world.http.post(format!("{base}{path}")).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let readme = include_str!("../../../README.md");
    let block = |name: &str| -> Vec<Value> {
        let text = readme.split(&format!("```json {name}\n")).nth(1).unwrap().split("```").next().unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let asked = json!({"type": "button", "body": {"text": "?"}, "action": {"buttons":
        [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}});
    let asked = world.sent("interactive", asked).await;
    let own = world.maria().writes("Hi").unwrap();
    for act in block("whatsapp-acts") {
        let act = act.to_string().replace("wamid.OURS", &own).replace("wamid.ASKED", &asked);
        let (status, answer) = post("/acts", serde_json::from_str(&act).unwrap()).await;
        assert_eq!(status, 200, "{act}: {answer}");
    }
    assert_eq!(post("/acts", json!({"act": "fly"})).await.0, 422);
    // What is still on its way would use a fault up.
    world.whatsapp.deliver_all().await;
    let faults = block("whatsapp-faults");
    let counted = faults.iter().filter(|one| one.get("operation").is_some() || one.get("webhook").is_some()).count();
    for fault in &faults {
        let (status, answer) = post("/faults", fault.clone()).await;
        assert_eq!(status, 200, "{fault}: {answer}");
    }
    assert_eq!(world.whatsapp.faults().left(), counted);
    world.http.delete(format!("{base}/faults")).send().await.unwrap();
    assert_eq!(world.whatsapp.faults().left(), 0);
    let chat = world.http.get(format!("{base}/chats/{}?phone={PHONE}", world.maria)).send().await.unwrap();
    let messages = chat.json::<Value>().await.unwrap()["messages"].as_array().unwrap().len();
    assert_eq!(messages, world.whatsapp.chat(PHONE, world.maria).len());
    world.whatsapp.deliver_all().await;
    assert!(receiver.all("messages").len() > 8);
    let foreign = world.http.post(format!("{base}/acts")).header("Origin", "https://evil.example");
    assert_eq!(foreign.body("{}").send().await.unwrap().status(), 403);
}
