//! Avito's API: tokens, chats, messages, files, limits.

use serde_json::{Value, json};
use simulator::avito::{Content, NewApp, NewSeller};

use crate::avito_world::World;

#[tokio::test]
async fn a_seller_gets_a_token_for_a_day() {
    let world = World::start().await;
    let (status, answer) = world.asked(&world.own()).await;
    assert_eq!((status, &answer["expires_in"], &answer["token_type"]), (200, &json!(86_400), &json!("Bearer")));
    assert!(answer.get("refresh_token").is_none(), "only applications refresh");
    assert_eq!(world.get("/core/v1/accounts/self").await["id"], json!(world.seller));
    world.advance(86_401);
    assert_eq!(world.refused("GET", "/core/v1/accounts/self", None).await, 403, "old tokens are 403, says the page");
    let mut wrong = world.own();
    wrong[2].1.push('x');
    assert_eq!(world.asked(&wrong).await, (401, json!({"error": "invalid_client"})));
    assert_eq!(world.asked(&[]).await, (400, json!({"error": "unsupported_grant_type"})));
    let bare = world.http.get(format!("{}/core/v1/accounts/self", world.avito.base_url())).send().await.unwrap();
    assert_eq!(bare.status(), 401);
}

#[tokio::test]
async fn an_application_gets_a_code_and_refreshes_once() {
    let world = World::start().await;
    world.avito.add_app(NewApp {
        name: "Parom".to_owned(),
        client_id: "app".to_owned(),
        client_secret: "s".to_owned(),
        redirect_uri: "https://parom.example/back".to_owned(),
    });
    let base = world.avito.base_url();
    let query = "response_type=code&client_id=app&scope=messenger:read,messenger:write&state=abc";
    let page = world.http.get(format!("{base}/oauth?{query}")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Parom") && page.contains("Мебель Акме"), "{page}");
    let form = format!("client_id=app&scope=messenger%3Aread%2Cmessenger%3Awrite&state=abc&seller={}", world.seller);
    let press = world.http.post(format!("{base}/oauth")).header("Content-Type", "application/x-www-form-urlencoded");
    let answer = press.body(form).send().await.unwrap();
    let back = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let pairs: std::collections::HashMap<_, _> = back.query_pairs().into_owned().collect();
    assert_eq!((back.host_str(), pairs["state"].as_str()), (Some("parom.example"), "abc"));
    let form = |kind: &str, name: &'static str, value: &str| {
        let own = |text: &str| text.to_owned();
        vec![("grant_type", own(kind)), ("client_id", own("app")), ("client_secret", own("s")), (name, own(value))]
    };
    let by_code = form("authorization_code", "code", &pairs["code"]);
    let (_, first) = world.asked(&by_code).await;
    assert_eq!(first["scope"], "messenger:read,messenger:write");
    assert_eq!(world.asked(&by_code).await, (400, json!({"error": "invalid_grant"})), "a code is good once");
    let refresh = form("refresh_token", "refresh_token", first["refresh_token"].as_str().unwrap());
    let (_, second) = world.asked(&refresh).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(world.asked(&refresh).await.0, 400, "a refresh token too");
    let token = second["access_token"].as_str().unwrap();
    assert_eq!(world.call_with(token, "GET", &world.own_path(2, "chats"), None).await.0, 200);
    let me = world.call_with(token, "GET", "/core/v1/accounts/self", None).await;
    assert_eq!(me.0, 403, "the scope user:read was not given");
}

#[tokio::test]
async fn chats_show_the_advert_and_the_latest_message() {
    let world = World::start().await;
    world.maria().writes("Ещё продаёте?").unwrap();
    world.advance(60);
    let visitor = world.avito.visitor(world.maria, world.seller);
    visitor.writes("Вы до скольки?").unwrap();
    let chats = world.get(&world.own_path(2, "chats")).await;
    assert_eq!(chats["chats"].as_array().unwrap().len(), 1, "u2i alone without chat_types");
    let chat = &chats["chats"][0];
    assert_eq!(chat["context"]["value"]["title"], "Диван синий");
    assert_eq!(chat["context"]["value"]["price_string"], "30 000 ₽");
    assert_eq!(chat["last_message"]["content"]["text"], "Ещё продаёте?");
    assert_eq!(chat["users"][0]["name"], "Мария");
    let both = world.get(&world.own_path(2, "chats?chat_types=u2i,u2u")).await;
    assert!(both["chats"][0].get("context").is_none(), "the latest first, and it is about no advert");
    let one = world.get(&world.own_path(2, &format!("chats/{}", chat["id"].as_str().unwrap()))).await;
    assert_eq!(&one, chat);
    let unread = world.own_path(2, "chats?unread_only=true");
    assert_eq!(world.get(&unread).await["chats"].as_array().unwrap().len(), 1);
    let read = world.own_path(1, &format!("chats/{}/read", world.maria().chat().unwrap()));
    assert_eq!(world.post(&read, json!({})).await, json!({"ok": true}));
    assert_eq!(world.get(&unread).await["chats"], json!([]));
    for wrong in ["chats?limit=101", "chats?limit=0", "chats?offset=1001", "chats?chat_types=xyz"] {
        assert_eq!(world.refused("GET", &world.own_path(2, wrong), None).await, 400, "{wrong}");
    }
    assert_eq!(world.refused("GET", &world.own_path(2, "chats/nowhere"), None).await, 404);
    let foreign = format!("/messenger/v2/accounts/{}/chats", world.seller + 1);
    assert_eq!(world.refused("GET", &foreign, None).await, 403);
}

#[tokio::test]
async fn texts_are_sent_read_and_deleted_within_an_hour() {
    let world = World::start().await;
    let asked = world.maria().writes("Цена?").unwrap();
    let chat = world.maria().chat().unwrap();
    let (status, sent) = world.say(&chat, "30 000").await;
    assert_eq!((status, &sent["direction"], &sent["content"]["text"]), (200, &json!("out"), &json!("30 000")));
    let path = world.own_path(3, &format!("chats/{chat}/messages/"));
    let listed = |page: &Value| -> Vec<String> {
        page["messages"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = world.get(&path).await;
    assert_eq!(listed(&all), [sent["id"].as_str().unwrap(), &asked], "the latest first");
    assert_eq!(all["messages"][0]["read"], Value::Null);
    world.maria().reads().unwrap();
    let all = world.get(&path).await;
    assert_eq!(all["messages"][0]["read"], json!(crate::stage::START / 1000));
    let page = world.get(&format!("{path}?limit=1&offset=1")).await;
    assert_eq!((listed(&page), &page["meta"]["has_more"]), (vec![asked.clone()], &json!(false)));
    let delete = |id: &str| world.own_path(1, &format!("chats/{chat}/messages/{id}"));
    assert_eq!(world.refused("POST", &delete(&asked), None).await, 400, "not the seller's");
    assert_eq!(world.refused("POST", &delete("none"), None).await, 404);
    world.post(&delete(sent["id"].as_str().unwrap()), json!({})).await;
    let all = world.get(&path).await;
    assert_eq!((&all["messages"][0]["type"], &all["messages"][0]["content"]), (&json!("deleted"), &json!({})));
    let (_, late) = world.say(&chat, "поздно").await;
    world.advance(3_601);
    assert_eq!(world.refused("POST", &delete(late["id"].as_str().unwrap()), None).await, 400);
    assert_eq!(world.say(&chat, &"я".repeat(1000)).await.0, 200);
    for wrong in [String::new(), " ".to_owned(), "я".repeat(1001)] {
        assert_eq!(world.say(&chat, &wrong).await.0, 400);
    }
    assert_eq!(world.say("u2i-none", "x").await.0, 404);
    let quoting = world.maria().replies(&asked, "Так сколько?").unwrap();
    let all = world.get(&path).await;
    assert_eq!((&all["messages"][0]["id"], &all["messages"][0]["quote"]["id"]), (&json!(quoting), &json!(asked)));
}

#[tokio::test]
async fn pictures_are_uploaded_then_sent() {
    let world = World::start().await;
    world.maria().writes("Фото?").unwrap();
    let chat = world.maria().chat().unwrap();
    let jpeg = include_bytes!("../../assets/samples/picture.jpg");
    let (status, answer) = world.upload("uploadfile[]", jpeg).await;
    assert_eq!(status, 200, "{answer}");
    let (id, links) = answer.as_object().unwrap().iter().next().unwrap();
    let link = links["1280x960"].as_str().unwrap();
    assert_eq!(world.http.get(link).send().await.unwrap().bytes().await.unwrap().as_ref(), jpeg);
    let path = world.own_path(1, &format!("chats/{chat}/messages/image"));
    let sent = world.post(&path, json!({"image_id": id})).await;
    assert_eq!((&sent["type"], &sent["content"]["image"]["sizes"]), (&json!("image"), links));
    let seen = world.avito.sent(world.seller);
    assert_eq!(seen[0].picture.as_deref(), Some(jpeg.as_slice()));
    assert_eq!(world.refused("POST", &path, Some(json!({"image_id": "1.2"}))).await, 400);
    for (field, bytes) in [("file", jpeg.as_slice()), ("uploadfile[]", b"%PDF-1.4")] {
        assert_eq!(world.upload(field, bytes).await.0, 400);
    }
    let big = [jpeg.as_slice(), &vec![0; 24 * 1024 * 1024]].concat();
    assert_eq!(world.upload("uploadfile[]", &big).await.0, 400);
}

#[tokio::test]
async fn voice_is_fetched_by_a_link_of_an_hour() {
    let world = World::start().await;
    world.maria().sends(Content::Voice).unwrap();
    let chat = world.maria().chat().unwrap();
    let id = world.avito.history(&chat)[0].json["content"]["voice"]["voice_id"].as_str().unwrap().to_owned();
    for query in [format!("voice_ids={id}"), format!("voice_ids[]={id}"), format!("voice_ids={id},x")] {
        let links = world.get(&world.own_path(1, &format!("getVoiceFiles?{query}"))).await;
        assert_eq!(links["voices_urls"].as_object().unwrap().len(), 1, "{query}");
    }
    let links = world.get(&world.own_path(1, &format!("getVoiceFiles?voice_ids={id}"))).await;
    let link = links["voices_urls"][&id].as_str().unwrap();
    let file = world.http.get(link).send().await.unwrap();
    assert_eq!((file.status().as_u16(), &file.bytes().await.unwrap()[4..8]), (200, b"ftyp".as_slice()));
    world.advance(3_601);
    assert_eq!(world.http.get(link).send().await.unwrap().status(), 403);
    assert_eq!(world.refused("GET", &world.own_path(1, "getVoiceFiles"), None).await, 400);
}

#[tokio::test]
async fn without_the_level_every_messenger_call_is_402() {
    let world = World::start().await;
    world.maria().writes("Hi").unwrap();
    let chat = world.maria().chat().unwrap();
    world.avito.set_level(world.seller, false);
    assert_eq!(world.say(&chat, "x").await.0, 402);
    assert_eq!(world.refused("POST", "/messenger/v1/subscriptions", None).await, 402);
    assert_eq!(world.call("GET", "/core/v1/accounts/self", None).await.0, 200);
    world.avito.set_level(world.seller, true);
    assert_eq!(world.say(&chat, "x").await.0, 200);
}

#[tokio::test]
async fn a_minute_holds_so_many_calls() {
    let world = World::with(|options| options.calls_per_minute = Some(2)).await;
    let url = format!("{}/core/v1/accounts/self", world.avito.base_url());
    let call = || world.http.get(&url).bearer_auth(&world.token).send();
    let first = call().await.unwrap();
    assert_eq!(
        (&first.headers()["x-ratelimit-limit"], &first.headers()["x-ratelimit-remaining"]),
        (&"2".parse().unwrap(), &"1".parse().unwrap())
    );
    call().await.unwrap();
    let third = call().await.unwrap();
    assert_eq!(third.status(), 429);
    assert_eq!(third.headers()["retry-after"], "60");
    world.advance(60);
    assert_eq!(call().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_blocked_buyer_cannot_write() {
    let world = World::start().await;
    world.maria().writes("Hi").unwrap();
    let other = world.avito.add_seller(NewSeller { client_id: "other".to_owned(), ..NewSeller::default() });
    let users = json!({"users": [{"user_id": world.maria, "context": {"item_id": world.item, "reason_id": 1}}]});
    world.post(&world.own_path(2, "blacklist"), users).await;
    assert_eq!(world.avito.blacklist(world.seller), [world.maria]);
    assert!(world.maria().writes("Hi again").is_err());
    assert!(world.avito.visitor(world.maria, other).writes("Hi").is_ok());
}
