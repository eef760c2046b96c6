//! Avito's pages: the buyer's phone, and what can be broken.

use serde_json::{Value, json};

use crate::avito_world::World;

impl World {
    async fn page(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.avito.base_url())).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    async fn press(&self, path: &str, form: &str) -> u16 {
        let call = self.http.post(format!("{}{path}", self.avito.base_url()));
        let call = call.header("Content-Type", "application/x-www-form-urlencoded").body(form.to_owned());
        call.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn a_buyer_uses_the_phone_without_scripts() {
    let world = World::start().await;
    let list = world.page("/phone?lang=en").await;
    assert!(list.contains("Мария asks about “Диван синий”") && list.contains("Мария writes to Мебель Акме"), "{list}");
    let phone = format!("/phone/{}/{}", world.maria, world.item);
    assert!(world.page(&format!("{phone}?lang=ru")).await.contains("30 000 ₽ · Мария"));
    for kind in ["text", "image", "voice", "link", "item", "location", "call", "file", "video", "system", "seller"] {
        assert_eq!(world.press(&phone, &format!("kind={kind}&text=Hi")).await, 303, "{kind}");
    }
    let chat = world.maria().chat().unwrap();
    let kinds: Vec<String> = world.avito.history(&chat).into_iter().map(|message| message.kind).collect();
    assert_eq!(
        kinds,
        ["text", "image", "voice", "link", "item", "location", "call", "file", "video", "system", "text"]
    );
    world.say(&chat, "Да").await;
    assert_eq!(world.avito.sent(world.seller)[0].read, None);
    let rows = world.page(&format!("{phone}/rows?lang=en")).await;
    assert!(rows.contains("<p class=\"text\">Да</p>") && rows.contains("/files/images/640x480/"), "{rows}");
    assert!(world.avito.sent(world.seller)[0].read.is_some(), "who looks has read");
    let first = world.avito.history(&chat)[0].id.clone();
    assert_eq!(world.press(&phone, &format!("kind=take_back&text={first}")).await, 303);
    assert_eq!(world.avito.history(&chat)[0].kind, "deleted");
    assert_eq!(world.http.get(format!("{}/phone/1/2", world.avito.base_url())).send().await.unwrap().status(), 404);
    let other = world.http.post(format!("{}{phone}", world.avito.base_url())).header("Origin", "https://evil.example");
    let other = other.header("Content-Type", "application/x-www-form-urlencoded").body("kind=text&text=x");
    assert_eq!(other.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn faults_are_set_and_cleared() {
    let world = World::start().await;
    let press = |what: &str| {
        let form = format!("what={what}&seller={}", world.seller);
        let world = &world;
        async move { world.press("/trouble", &form).await }
    };
    for what in ["too_many", "server_error", "html_page", "reset_before", "reset_after", "doubled", "lost", "late"] {
        assert_eq!(press(what).await, 303, "{what}");
    }
    assert_eq!(world.avito.faults().left(), 8);
    assert!(world.page("/trouble?lang=en").await.contains("TooMany { retry_after: 5 } × 3"));
    press("mend").await;
    assert!(world.page("/trouble?lang=en").await.contains("Nothing is broken."));
    press("level_off").await;
    assert_eq!(world.refused("POST", "/messenger/v1/subscriptions", None).await, 402);
    press("level_on").await;
    press("revoke").await;
    assert_eq!(world.refused("POST", "/messenger/v1/subscriptions", None).await, 403);
    assert_eq!(world.asked(&world.own()).await.0, 401, "the secret is another now");
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    let url = |path: &str| format!("{}{path}", world.avito.base_url());
    let send = |path: &'static str, body: Value| world.http.post(url(path)).json(&body).send();
    let readme = include_str!("../../README.md");
    let (acts, faults) = (block(readme, "avito-acts"), block(readme, "avito-faults"));
    assert!(acts.len() >= 6 && faults.len() >= 6, "{acts:?} {faults:?}");
    let mut chat = String::new();
    let mut message = String::new();
    for act in acts {
        let act = act.replace("CHAT", &chat).replace("MESSAGE", &message);
        let answer = send("/acts", serde_json::from_str(&act).unwrap()).await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        assert_eq!(status, 200, "{act}: {body}");
        if chat.is_empty() {
            (chat, message) = (body["chat"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned());
        }
    }
    assert!(
        send("/acts", json!({"act": "send", "who": 1, "to": {"item": 2}, "content": {"kind": "voice"}}))
            .await
            .unwrap()
            .status()
            .as_u16()
            == 422
    );
    let seen: Value = world.http.get(url(&format!("/chats/{chat}"))).send().await.unwrap().json().await.unwrap();
    assert!(seen["messages"].as_array().unwrap().len() >= 4, "{seen}");
    for fault in faults {
        let answer = send("/faults", serde_json::from_str(fault).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200, "{fault}");
    }
    assert!(world.avito.faults().left() > 3);
    world.http.delete(url("/faults")).send().await.unwrap();
    assert_eq!(world.avito.faults().left(), 0);
}

/// The lines of a block of the page.
fn block<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = page.split(&format!("```json {name}\n")).nth(1).unwrap();
    start.split("```").next().unwrap().lines().collect()
}
