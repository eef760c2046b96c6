//! A source beside another service: it receives, stores and compares, and sends nothing.

use parom_tests::settings::HOST;
use parom_tests::{Beside, World, answer, both, client, once};
use serde_json::{Value, json};
use simulator::crm::OtherMessage;
use simulator::vk::{CommunityView, NewCommunity, NewPerson};
use std::time::Duration;
use uuid::Uuid;

use crate::pages::olga;

type VkWorld = Beside<simulator::vk::Vk>;

/// The other service calls a method with the community's token.
async fn other_calls(world: &VkWorld, made: &CommunityView, method: &str, more: &[(&str, &str)]) -> Value {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("access_token", made.token.as_str()), ("v", "5.199")]).extend_pairs(more);
    let url = format!("{}/method/{method}", world.messenger.base_url());
    let typed = client().post(url).header("content-type", "application/x-www-form-urlencoded");
    let reply = answer(typed.body(form.finish())).await.is(200);
    assert!(reply.json.get("error").is_none(), "{}", reply.text);
    reply.json
}

async fn asks_for_shadow(world: &World, tenant_id: Uuid, kind: &str, settings: Value) -> parom_tests::Reply {
    let body = json!({"kind": kind, "name": "Beside", "external_id": format!("beside-{kind}"), "shadow": true, "settings": settings});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await
}

/// A community that another service has, and a shadow beside it.
async fn beside(world: &VkWorld) -> (CommunityView, Uuid, String) {
    let line = world.line("support").await;
    let made = world.messenger.add_community(NewCommunity::default());
    let group = made.id.to_string();
    let server =
        [("group_id", group.as_str()), ("url", "http://127.0.0.1:9/vk"), ("title", "Other"), ("secret_key", "other")];
    other_calls(world, &made, "groups.addCallbackServer", &server).await;
    let settings = json!({"group_id": made.id, "access_token": made.token});
    let source = asks_for_shadow(world, line.tenant_id, "vk", settings).await.is(201);
    assert_eq!((source.text_at("/amocrm_source_id"), source.text_at("/status")), ("0".into(), "working".into()));
    assert!(source.json["shadow_since"].is_string(), "{}", source.text);
    // VK asks our server for its code.
    world.messenger.deliver_all().await;
    (made, line.tenant_id, source.text_at("/id"))
}

async fn a_shadow_receives_and_nothing_leaves_it(world: &mut VkWorld) {
    let (made, tenant_id, id) = beside(world).await;
    assert_eq!(world.sandbox.sources(HOST).len(), 1, "amoCRM knows the working source alone");
    let servers = world.messenger.servers(made.id);
    let urls: Vec<_> = servers.iter().map(|server| server.url.as_str()).collect();
    assert_eq!((urls.len(), urls[0]), (2, "http://127.0.0.1:9/vk"), "the other service's server is left alone");
    let maria = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(maria, made.id).writes("Hello").unwrap();
    world.messenger.customer(maria, made.id).types().unwrap();
    world.messenger.deliver_all().await;
    let peer = maria.to_string();
    let sent = [("peer_id", peer.as_str()), ("random_id", "7"), ("message", "Good morning")];
    other_calls(world, &made, "messages.send", &sent).await;
    world.messenger.deliver_all().await;
    let hook = world.messenger.hooks(made.id).into_iter().find(|hook| hook.kind == "message_new").unwrap();
    let again = world.api.anonymous(reqwest::Method::POST, &format!("/hooks/vk/{id}"));
    answer(again.header("content-type", "application/json").body(hook.body.to_string())).await.is(200);
    assert_eq!(world.deliver_all().await, 0, "there is nothing to deliver");
    assert!(world.letters().await.is_empty());
    let stored: Vec<_> = world.messages().await.iter().map(|one| (one.state, one.direction)).collect();
    assert_eq!(stored, [(5, 1), (5, 1)], "both sides once, settled as seen");
    assert!(world.sandbox.messages(HOST).is_empty() && world.sandbox.chats(HOST).is_empty());
    assert!(world.sandbox.contacts(HOST).is_empty() && world.sandbox.incoming_leads(HOST).is_empty());
    assert_eq!(world.messenger.sent(made.id).len(), 1, "only the other service answered");
    let shown = world.api.get(&format!("/api/v1/messages/{}", world.messages().await[0].id)).await.is(200);
    assert_eq!(shown.json["status"], "shadow");
    let refused = [(
        "messages",
        json!({"id": "1", "conversation": {"id": peer}, "sender": {"role": "client", "id": peer},
        "content": {"type": "text", "text": "No"}}),
    )];
    for (path, body) in refused {
        let reply = world.api.post(&format!("/api/v1/sources/{id}/{path}"), &body).await.is(409);
        assert_eq!(reply.json["type"], "/problems/source_is_shadow");
    }
    world.api.patch(&format!("/api/v1/sources/{id}"), &json!({"default": true})).await.is(409);
    world.api.patch(&format!("/api/v1/sources/{id}"), &json!({"name": "Renamed"})).await.is(200);
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources/reconcile"), &json!({})).await.is(200);
    let steps = world.api.post(&format!("/api/v1/sources/{id}/test"), &json!({})).await.is(200);
    assert_eq!(steps.json["steps"].as_array().unwrap().len(), 2, "{}", steps.text);
    assert!(world.sandbox.messages(HOST).is_empty());
    world.api.delete(&format!("/api/v1/sources/{id}")).await.is(204);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn a_day_is_compared_with_amocrm(world: &mut VkWorld) {
    let (made, tenant_id, id) = beside(world).await;
    let maria = world.messenger.add_person(NewPerson::default());
    let begun = world.app().clock.millis() / 1000;
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    let other =
        |at: i64, is_outgoing: bool, origin: &str| OtherMessage { contact_id, is_outgoing, origin: origin.into(), at };
    world.messenger.customer(maria, made.id).writes("Hello").unwrap();
    world.messenger.deliver_all().await;
    world.advance(Duration::from_secs(1800));
    world.messenger.customer(maria, made.id).writes("Are you there?").unwrap();
    world.messenger.deliver_all().await;
    for message in [
        other(begun + 40, false, "other.vk"),
        other(begun + 600, false, "other.vk"),
        other(begun + 700, true, "other.vk"),
        other(begun + 800, false, "other.mail"),
        other(begun - 5 * 86_400, false, "other.vk"),
    ] {
        world.sandbox.other_service_message(HOST, message);
    }
    let path = format!("/api/v1/sources/{id}/shadow");
    let plain = world.api.get(&path).await.is(200);
    let day = plain.text_at("/days/0/day");
    assert_eq!((plain.json["days"][0]["messages"].as_i64(), plain.json["comparison"].is_null()), (Some(2), true));
    let found = world.api.get(&format!("{path}?day={day}")).await.is(200);
    let found = &found.json["comparison"];
    let figures = ["seen", "on_both", "in_amocrm"].map(|figure| found[figure].as_i64().unwrap());
    assert_eq!(figures, [2, 1, 3], "{found}");
    let missing = |side: &str| found[side].as_array().unwrap().clone();
    let here = missing("missing_here");
    assert_eq!(here.len(), 2, "the other line's origin carried no message of this one: {found}");
    assert_eq!((here[0]["is_outgoing"].as_bool(), here[1]["is_outgoing"].as_bool()), (Some(false), Some(true)));
    assert_eq!(here[0]["contact_id"], contact_id.to_string());
    let in_crm = missing("missing_in_amocrm");
    assert!(in_crm.len() == 1 && in_crm[0]["message_id"].is_string(), "{found}");
    assert_eq!(found["chats"][0]["messages"], 2);
    world.api.get(&format!("{path}?day=yesterday")).await.is(422);
    let asked = |world: &VkWorld| {
        let all = world.sandbox.requests();
        all.iter().filter(|one| one.path.contains("/events") || one.path.contains("/contacts")).count()
    };
    let before = asked(world);
    world.advance(Duration::from_secs(2 * 86_400));
    let again = world.api.get(&format!("{path}?day={day}")).await.is(200);
    assert_eq!(again.json["comparison"], *found);
    let after = asked(world);
    assert!(after > before, "a day that had not ended was not kept");
    let visitor = olga(world, tenant_id).await;
    let page = visitor.opens(&format!("/panel/sources/{id}/shadow?day={day}")).await.is(200);
    page.says(&["Alongside another service", "What the other service answers", "Missing in amoCRM", "other.vk"]);
    assert_eq!(asked(world), after, "amoCRM is not asked again for a page that is loaded again");
    visitor.opens(&format!("/panel/sources/{id}")).await.is(200).says(&["The other service has the line"]);
    visitor.opens("/panel/import/new").await.is(200).never_says(&["Beside"]);
}

async fn a_shadow_whose_access_ends_says_so(world: &mut VkWorld) {
    let (made, _, id) = beside(world).await;
    world.works("lines").await;
    world.messenger.revoke_tokens(made.id);
    world.advance(Duration::from_secs(600));
    world.works("lines").await;
    let source = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200);
    assert_eq!(
        (source.text_at("/status"), source.text_at("/status_reason")),
        ("stopped".into(), "access_refused".into())
    );
}

/// Two would answer.
async fn kinds_without_a_shadow_are_refused(world: &mut World) {
    let line = world.line("support").await;
    let shadow = format!("/api/v1/sources/{}/shadow", line.source_id);
    world.api.get(&shadow).await.is(404);
    let refused = asks_for_shadow(world, line.tenant_id, "instagram", json!({})).await.is(409);
    assert_eq!(refused.json["type"], "/problems/shadow_kind");
    let custom = json!({"webhook_url": world.messenger.url()});
    asks_for_shadow(world, line.tenant_id, "custom", custom).await.is(409);
    let visitor = olga(world, line.tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "webchat")]).await;
    let routing = visitor.does("/panel/sources/new/webchat/access", &[("do", "next")]).await;
    routing.never_says(&["Run alongside another service first"]);
    let path = "/panel/sources/new/webchat/routing";
    let refused = visitor.sends(path, &[("name", "Chat"), ("shadow", "1")]).await.is(409);
    refused.says(&["cannot be beside another service"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

both!(a_day_is_compared_with_amocrm);
once!(a_shadow_receives_and_nothing_leaves_it, a_shadow_whose_access_ends_says_so);
once!(kinds_without_a_shadow_are_refused);
