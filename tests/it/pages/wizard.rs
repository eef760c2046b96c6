//! The wizard: from nothing to a proven message in four steps.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{TelegramWorld, World, both, once};
use serde_json::json;
use simulator::crm::{Fault, Part};
use simulator::telegram::NewBot;
use uuid::Uuid;

use super::{olga, vera};

async fn installed(world: &World) -> Uuid {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await
}

async fn a_site_chat_in_four_steps(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    let choose = visitor.opens("/panel/sources/new").await.is(200);
    choose.says(&["Where do customers write?", "Telegram bot", "Website chat", "What this messenger supports"]);
    visitor.sends("/panel/sources/new", &[]).await.is(422);
    visitor.sends("/panel/sources/new", &[("kind", "pager")]).await.is(404);
    let access = visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    access.says(&["Step 2 of 4: Access", "Sites where the chat is shown"]);
    let fields = [
        ("set.title", "Ask <us>"),
        ("set.allowed_origins", "https://shop.example\r\nhttps://b.example"),
        ("do", "next"),
    ];
    let routing = visitor.does("/panel/sources/new/webchat/access", &fields).await;
    routing.says(&["Contact of a new chat", "value=\"leave\" selected"]);
    routing.says(&["Step 3 of 4", "value=\"Ask &#60;us&#62;\"", "Default source"]);
    assert!(world.sandbox.sources(HOST).is_empty(), "nothing is made before it is confirmed");
    let made = visitor
        .does(
            "/panel/sources/new/webchat/routing",
            &[("name", "Shop chat"), ("pipeline", ""), ("default", "1"), ("contact_rule", "link")],
        )
        .await;
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(sources.json["items"][0]["contact_rule"], json!("link"), "{}", sources.text);
    made.says(&["was created in amoCRM", "Step 4 of 4", "/chat/", "/embed.js", "Write any message"]);
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

async fn while_amocrm_refuses_nothing_is_half_made_and_values_stay(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    visitor.does("/panel/sources/new/webchat/access", &[("set.title", "Shop"), ("do", "next")]).await;
    let path = "/panel/sources/new/webchat/routing";
    for (code, said) in [
        (402, "source-refused-crm_unpaid"),
        (403, "source-refused-crm_blocked"),
        (429, "source-crm-away"),
        (500, "source-crm-away"),
    ] {
        // Up to its first number, which depends on the moment.
        let said = Words::new(Language::En).text(said).with("crm", "amoCRM").with("seconds", 7).to_string();
        let said = said.split('7').next().unwrap_or_default().replace('\u{a0}', " ");
        world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code, retry_after: None });
        let reply = visitor.sends(path, &[("name", "My chat")]).await;
        assert!(matches!(reply.status, 409 | 503), "{code}: {} {}", reply.status, reply.text);
        reply.says(&["value=\"My chat\"", "Error:", said.trim()]);
        world.sandbox.faults().clear();
        assert!(world.sandbox.sources(HOST).is_empty(), "{code}");
        visitor.opens(path).await.is(200).says(&["value=\"My chat\""]);
    }
    let made = world
        .until("amoCRM's refusals are over", async || {
            let reply = visitor.sends(path, &[("name", "My chat")]).await;
            world.advance(std::time::Duration::from_secs(5));
            (reply.status == 303).then_some(reply)
        })
        .await;
    assert!(made.header("location").ends_with("/test"));
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn an_account_that_has_just_paid_is_admitted(world: &mut World) {
    let tenant_id = installed(world).await;
    let visitor = olga(world, tenant_id).await;
    world.sandbox.set_unpaid(HOST, true);
    world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await.is(409);
    // The page waits for no answer of amoCRM: it shows what is stored, and renews itself.
    let gate = world.sandbox.faults().hold(Part::Rest);
    let barred = visitor.opens("/panel/sources/new").await.is(200);
    barred.says(&["amoCRM is not paid and may refuse messages", "data-live=\"offers\""]);
    barred.never_says(&["Website chat"]);
    gate.until_waiting(1).await;
    world.sandbox.set_unpaid(HOST, false);
    gate.open();
    world.sandbox.faults().clear();
    let let_in = async || {
        let page = visitor.opens("/panel/sources/new").await.is(200);
        page.text.contains("Website chat").then_some(page)
    };
    world.until("amoCRM serves the account again", let_in).await.says(&["Where do customers write?"]);
    let renewed = visitor.renews("/panel/sources/new").await.is(200);
    renewed.says(&["data-live=\"offers\"", "Website chat"]);
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
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
        ("https://10.0.0.1/x", "10.0.0.1 leads into a private network"),
    ] {
        let reply = visitor.sends(path, &[("set.webhook_url", address), ("do", "check")]).await.is(422);
        reply.says(&[word]);
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

async fn obstacles_are_shown_on_the_first_page(world: &mut World) {
    let tenant_id = installed(world).await;
    let path = format!("/api/v1/tenants/{tenant_id}");
    let visitor = olga(world, tenant_id).await;
    world.api.patch(&path, &json!({"sources_limit": 0})).await.is(200);
    visitor.opens("/panel/sources/new").await.is(200).says(&["All 0 sources are used"]);
    world.api.patch(&path, &json!({"sources_limit": 5, "suspended": true})).await.is(200);
    visitor.opens("/panel/sources/new").await.is(200).never_says(&["Where do customers write?"]);
    let viewer = vera(world, tenant_id).await;
    viewer.opens("/panel/sources/new").await.is(403).says(&["role"]);
    // A draft of yesterday is deleted, and the page reports it.
    world.api.patch(&path, &json!({"suspended": false})).await.is(200);
    visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    world.advance(std::time::Duration::from_secs(1801));
    let old = visitor.opens("/panel/sources/new/webchat/routing").await.is(303);
    visitor.opens(old.header("location")).await.is(200).says(&["what you entered was erased"]);
}

both!(two_forms_at_once_make_one_source);
once!(
    a_bot_is_moved_from_another_service,
    a_site_chat_in_four_steps,
    while_amocrm_refuses_nothing_is_half_made_and_values_stay,
    an_account_that_has_just_paid_is_admitted,
    an_own_messenger_is_checked_live_and_gets_its_secret_once,
    obstacles_are_shown_on_the_first_page
);
