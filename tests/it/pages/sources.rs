//! A source on its pages: made in four steps, changed by two people, paused and ended.

use parom_tests::settings::HOST;
use parom_tests::{Reply, TelegramWorld, World, both, once};
use serde_json::json;
use simulator::telegram::NewBot;
use uuid::Uuid;

use super::olga;

async fn installed(world: &World) -> Uuid {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await
}

async fn a_site_chat_in_four_steps(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    let choose = visitor.opens("/panel/sources/new").await.is(200);
    choose.says(&["Where do customers write?", "Telegram bot", "Website chat", "What this messenger supports"]);
    visitor.sends("/panel/sources/new", &[("kind", "pager")]).await.is(404);
    let access = visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    access.says(&["Step 2 of 4: Access", "Sites where the chat is shown"]);
    let fields = [
        ("set.title", "Ask <us>"),
        ("set.allowed_origins", "https://shop.example\r\nhttps://b.example"),
        ("do", "next"),
    ];
    let routing = visitor.does("/panel/sources/new/webchat/access", &fields).await;
    routing.says(&[
        "Contact of a new chat",
        "value=\"leave\" selected",
        "Step 3 of 4",
        "value=\"Ask &#60;us&#62;\"",
        "Default source",
    ]);
    assert!(world.sandbox.sources(HOST).is_empty(), "nothing is made before it is confirmed");
    let made = visitor
        .does(
            "/panel/sources/new/webchat/routing",
            &[("name", "Shop chat"), ("pipeline", ""), ("default", "1"), ("contact_rule", "link")],
        )
        .await;
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(sources.json["items"][0]["contact_rule"], json!("link"), "{}", sources.text);
    made.says(&["was created in amoCRM", "Step 4 of 4", "/chat/", "/embed.js", "Send any message"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    assert_eq!(world.sandbox.sources(HOST)[0]["default"], json!(true));
    // The same form again, and every earlier step: still one source.
    for step in ["access", "routing"] {
        let reply = visitor.opens(&format!("/panel/sources/new/webchat/{step}")).await.is(303);
        assert!(reply.header("location").ends_with("/test"));
    }
    visitor.does("/panel/sources/new/webchat/routing", &[("name", "Twice")]).await;
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.advance(std::time::Duration::from_secs(130));
    let slow = visitor.opens("/panel/sources/new/webchat/test").await.is(200);
    slow.says(&["Nothing in 2 minutes", "Does the chat open by the link above?"]);
}

async fn two_forms_at_once_make_one_source(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    visitor.does("/panel/sources/new/webchat/access", &[("do", "next")]).await;
    let path = "/panel/sources/new/webchat/routing";
    let fields = [("name", "Chat")];
    let (one, two) = tokio::join!(visitor.sends(path, &fields), visitor.sends(path, &fields));
    assert_eq!((one.status, two.status), (303, 303), "{} {}", one.text, two.text);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    visitor.opens("/panel/sources/new/webchat/test").await.is(200).says(&["Step 4 of 4"]);
}

/// A bot that another service uses: its host is shown first, and one more press takes it over.
async fn a_bot_is_moved_from_another_service(world: &mut TelegramWorld) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    let bot = world.telegram().add_bot(NewBot::default());
    world.telegram().hijack_webhook(bot.id, "https://old.example/hook");
    visitor.does("/panel/sources/new", &[("kind", "telegram")]).await;
    let typed = [("set.bot_token", bot.token.as_str()), ("do", "next")];
    let asked = visitor.does("/panel/sources/new/telegram/access", &typed).await;
    asked.says(&["now sends messages to old.example", "Move the bot to Parom"]);
    assert_eq!(world.telegram().webhook(bot.id).expect("its webhook").url, "https://old.example/hook");
    visitor.does("/panel/sources/new/telegram/access", &typed).await.says(&["Step 3 of 4"]);
    let fields = [("name", "Bot"), ("pipeline", "")];
    visitor.does("/panel/sources/new/telegram/routing", &fields).await.says(&["@acme_support_bot"]);
    let taken = async || world.telegram().webhook(bot.id)?.url.contains("/hooks/telegram/").then_some(());
    world.until("Telegram brings messages to us", taken).await;
}

/// An endpoint that gives one answer to every request.
async fn endpoint(answer: &'static str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 8192];
            let _ = stream.read(&mut request).await;
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

async fn an_own_messenger_is_checked_live_and_gets_its_secret_once(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "custom")]).await;
    let path = "/panel/sources/new/custom/access";
    for (address, word) in [
        ("", "Fill in “Webhook URL”."),
        ("nonsense", "must begin with https://"),
        ("https://10.0.0.1/x", "10.0.0.1 is in a private network"),
    ] {
        visitor.sends(path, &[("set.webhook_url", address), ("do", "check")]).await.is(422).says(&[word]);
    }
    // A server that checks signatures but does not have the secret yet.
    let url = &endpoint("401 Unauthorized").await;
    let refused = visitor.sends(path, &[("set.webhook_url", url), ("do", "check")]).await.is(422);
    refused.says(&["The check failed", "your server answered 401", "Continue anyway", url]);
    visitor.does(path, &[("set.webhook_url", url), ("do", "anyway")]).await;
    let open = endpoint("200 OK").await;
    visitor.does(path, &[("set.webhook_url", &open), ("do", "check")]).await.says(&["The check passed."]);
    visitor.does(path, &[("set.webhook_url", &open), ("do", "next")]).await;
    let made = visitor.does("/panel/sources/new/custom/routing", &[("name", "Mine"), ("pipeline", "")]).await;
    let secret = made.between("whsec_", "<").map(str::to_owned).unwrap();
    made.says(&["curl -X POST", "Copy it now"]);
    let again = visitor.opens("/panel/sources/new/custom/test").await.is(200);
    again.never_says(&[&secret]);
    let id = again.between("href=\"/panel/sources/0", "\"").map(|rest| format!("0{rest}")).unwrap();
    let body = json!({"id": "test-1", "conversation": {"id": "test"}, "sender": {"role": "client", "id": "test", "name": "Anna <b>"}, "content": {"type": "text", "text": "Hello"}});
    world.api.post(&format!("/api/v1/sources/{id}/messages"), &body).await.is(202);
    visitor
        .opens("/panel/sources/new/custom/test")
        .await
        .is(200)
        .says(&["on its way to amoCRM", "delivered a message"]);
    world.deliver_all().await;
    visitor
        .opens("/panel/sources/new/custom/test")
        .await
        .is(200)
        .says(&["Message from Anna &#60;b&#62; arrived", "Done"]);
}

// Sources: states, changes, pause, end, return.

/// A page's form, with input in some fields.
fn typed<'form>(page: &'form Reply, typed: &[(&'form str, &'form str)]) -> Vec<(&'form str, String)> {
    let hidden = ["version", "was_name", "was_pipeline", "was_default", "was_contact_rule"];
    let mut fields: Vec<(&str, String)> = hidden.iter().map(|name| (*name, page.field(name))).collect();
    fields.push(("name", page.between("name=\"name\" type=\"text\" value=\"", "\"").unwrap().to_owned()));
    let selected = |name: &str| {
        let select = page.between(&format!("name=\"{name}\""), "</select>").unwrap();
        let chosen = select.split("<option value=\"").find(|option| option.contains(" selected")).unwrap().to_owned();
        chosen.split('"').next().unwrap().to_owned()
    };
    fields.extend([("pipeline", selected("pipeline")), ("contact_rule", selected("contact_rule"))]);
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    fields
}

fn sent<'form>(fields: &'form [(&'form str, String)]) -> Vec<(&'form str, &'form str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn only_fields_that_the_second_administrator_edited_overwrite_the_others_change(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/panel/sources/{}", line.source_id);
    let shown = async || world.api.get(&line.path("")).await.is(200).json;
    let olga = olga(world, line.tenant_id).await;
    let ivan = world.panel_as(line.tenant_id, 2003, "Ivan", true).await;
    let settings = format!("{path}/settings");
    let (hers, his) = (olga.opens(&settings).await.is(200), ivan.opens(&settings).await.is(200));
    let before = shown().await;
    olga.does(&path, &sent(&typed(&hers, &[("name", "Sales"), ("default", "1")]))).await.says(&["Saved"]);

    // He changed the contact rule only: her name and mark are in his form now, and stay when he saves again.
    let refused = ivan.sends(&path, &sent(&typed(&his, &[("contact_rule", "link")]))).await.is(409);
    refused.says(&["Olga Owner changed this", "value=\"Sales\"", "This is the default source."]);
    refused.never_says(&["value=\"Line support\""]);
    ivan.does(&path, &sent(&typed(&refused, &[]))).await.says(&["Saved"]);
    let now = shown().await;
    assert_eq!((&now["name"], &now["default"], &now["contact_rule"]), (&json!("Sales"), &json!(true), &json!("link")));
    assert_eq!(now["pipeline_id"], before["pipeline_id"]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");

    // A rejected form keeps its input, and a change in between is reported nevertheless.
    let page = ivan.opens(&settings).await.is(200);
    let wrong = ivan.sends(&path, &sent(&typed(&page, &[("name", " ")]))).await.is(422);
    olga.does(&path, &sent(&typed(&olga.opens(&settings).await, &[("contact_rule", "create")]))).await.says(&["Saved"]);
    let told = ivan.sends(&path, &sent(&typed(&wrong, &[("name", "Ivan's")]))).await.is(409);
    ivan.does(&path, &sent(&typed(&told, &[("name", "Ivan's")]))).await.says(&["Saved"]);
    let now = shown().await;
    assert_eq!((&now["name"], &now["contact_rule"]), (&json!("Ivan's"), &json!("create")));
}

async fn a_pause_ends_with_a_choice(world: &mut World) {
    let line = world.chatting().await.0;
    let visitor = olga(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    visitor.opens(&path("/pause")).await.is(200).says(&["will be received and will wait", "Nothing is waiting now"]);
    visitor.does(&path("/pause"), &[]).await.says(&["is paused", "Paused", "by Olga Owner", "Switch on"]);
    world.manager(&line).answers("anna", "Old").await;
    world.advance(std::time::Duration::from_secs(7 * 3600));
    world.manager(&line).answers("anna", "Young").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let ask = visitor.opens(&path("/resume")).await.is(200);
    ask.says(&[
        "2 messages wait, the oldest since 12:00",
        "younger than 1 hour",
        "younger than 6 hours",
        "Send none of them",
    ]);
    ask.never_says(&["younger than 12 hours"]);
    visitor.does(&path("/resume"), &[("drop", "6")]).await.says(&["is switched on"]);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Young"]);
}

async fn the_end_of_a_source_is_counted_and_a_lost_one_returns(world: &mut World) {
    let line = world.chatting().await.0;
    let visitor = olga(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    let ran = visitor.does(&path("/test"), &[]).await;
    ran.says(&["Test passed", "amoCRM accepts a test message without notification"]);
    // What had a page of its own is a part of the source's page, the result of a test its first.
    for (part, place) in [("test", ""), ("abilities", "#abilities")] {
        let reply = visitor.opens(&path(&format!("/{part}"))).await.is(303);
        assert_eq!(reply.header("location"), format!("/panel/sources/{}{place}", line.source_id));
    }
    visitor.opens(&path("")).await.is(200).says(&["id=\"abilities\""]);
    let ask = visitor.opens(&path("/delete")).await.is(200);
    ask.says(&["Delete “Line support”?", "1 chat stays in amoCRM", "Delete source"]);
    visitor.does(&path("/delete"), &[]).await.says(&["is deleted", "No sources yet"]);
    assert!(world.sandbox.sources(HOST).is_empty());
    visitor.opens(&path("")).await.is(404);
    visitor.sends(&path("/delete"), &[]).await.is(404);
}

// A source's page: how it is doing, what failed, where customers write.

// What a source offers in amoCRM besides chats, chosen in the panel.

async fn services_are_chosen_in_the_panel_and_sent_to_amocrm(world: &mut World) {
    let line = world.line("support").await;
    let panel = world.panel(line.tenant_id).await;
    let source = format!("/panel/sources/{}", line.source_id);
    panel.opens(&format!("{source}/settings")).await.is(200).says(&[&format!("{source}/services")]);
    let path = format!("{source}/services");
    panel.opens(&path).await.is(200).never_says(&["checked"]);
    let wrong = panel.sends(&path, &[("waba", "1"), ("numbers", "Sales")]).await.is(422);
    wrong.says(&["begins with a phone number", "Sales</textarea>", "name=\"waba\" value=\"1\" checked"]);
    let numbers = "+7 900 555-01-01, Sales";
    panel
        .does(&path, &[("waba", "1"), ("list", "1"), ("numbers", numbers)])
        .await
        .says(&["Saved", "+79005550101, Sales"]);
    let services = json!([{"type": "whatsapp", "params": {"waba": true, "is_supports_list_message": true},
        "pages": [{"id": "79005550101", "name": "Sales", "link": "+79005550101"}]}]);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["services"], services);
    let there = world.sandbox.sources(HOST);
    let there = there.iter().find(|one| one["external_id"] == json!(line.external_id)).unwrap();
    assert_eq!(there["services"], services, "{there}");
    panel.does(&path, &[("numbers", "")]).await.says(&["Saved"]);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["services"], json!([]));
    panel.opens("/panel/audit").await.is(200).says(&["services"]);
    // The chat of a site is no WhatsApp.
    let body = json!({"kind": "webchat", "name": "Shop chat", "settings": {}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    panel.opens(&format!("/panel/sources/{}/services", made.text_at("/id"))).await.is(404);
}

both!(two_forms_at_once_make_one_source);
once!(only_fields_that_the_second_administrator_edited_overwrite_the_others_change);
once!(an_own_messenger_is_checked_live_and_gets_its_secret_once, the_end_of_a_source_is_counted_and_a_lost_one_returns);
once!(services_are_chosen_in_the_panel_and_sent_to_amocrm);
once!(a_bot_is_moved_from_another_service, a_pause_ends_with_a_choice);
once!(a_site_chat_in_four_steps);
