//! How far a session reaches: its own account, and one page of the panel a ticket.

use base::store::directory;
use parom_tests::settings::HOST;
use parom_tests::{World, answer, both};
use serde_json::json;

use super::{User, claims, exchange, token};

async fn a_session_of_one_account_reaches_no_other(world: &mut World) {
    let line = world.line_at("other.amocrm.ru", "support").await;
    let user = User::administrator(world).await;
    let list = user.get(world, "/sources").await.is(200);
    assert_eq!((&list.json["items"], &list.json["used"]), (&json!([]), &json!(0)));
    let path = format!("/sources/{}", line.source_id);
    user.patch(world, &path, &json!({"name": "mine"})).await.is(404);
    user.delete(world, &path).await.is(404);
    user.post(world, &format!("{path}/test"), &json!({})).await.is(404);
    user.post(world, &format!("{path}/restore"), &json!({})).await.is(404);
    user.post(world, "/strays/31/adopt", &json!({})).await.is(404);
    user.post(world, "/strays/31/remove", &json!({})).await.is(404);
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    for page in [json!({"page": "source", "id": line.source_id}), json!({"page": "message", "id": message})] {
        user.post(world, "/ticket", &page).await.is(404);
    }
    let lead = world.sandbox.chats("other.amocrm.ru")[0].lead.clone().unwrap();
    let card = user.get(world, &format!("/card?contact_id={}", lead.contact_id)).await.is(200);
    assert_eq!(card.json, json!({"items": []}));
    // An account's own administrator has no rights in another one, whatever else a token claims.
    let mut claims = claims(world, "other.amocrm.ru", 0);
    claims["account_id"] = json!(world.sandbox.add_account("third.amocrm.ru").id);
    answer(exchange(world, "other.amocrm.ru", &token(&claims))).await.is(409);
}

async fn a_ticket_leads_to_its_page_and_dies(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 0).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let conversation = world.messages().await[0].conversation_id;
    let hash = |url: &str| {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(url.split("ticket=").nth(1).unwrap().as_bytes()))
    };
    for page in [
        json!({"page": "overview"}),
        json!({"page": "sources"}),
        json!({"page": "source", "id": line.source_id}),
        json!({"page": "message", "id": message}),
        json!({"page": "conversation", "id": conversation}),
    ] {
        let url = user.post(world, "/ticket", &page).await.is(200).text_at("/panel_url");
        let now = world.clock.millis();
        let entry =
            directory::find(world.app().store.read(), directory::IdKind::Ticket, &hash(&url), now).await.unwrap();
        assert_eq!(entry.unwrap().tenant_id, line.tenant_id, "{page}");
    }
    let manager = User::of(world, HOST, 1).await;
    for (page, status) in [
        (json!({"page": "overview"}), 403),
        (json!({"page": "source", "id": line.source_id}), 403),
        (json!({"page": "message", "id": message}), 200),
        (json!({"page": "conversation", "id": conversation}), 200),
    ] {
        manager.post(world, "/ticket", &page).await.is(status);
    }
    for (body, status) in [
        (json!({"page": "message"}), 422),
        (json!({"page": "overview", "id": message}), 422),
        (json!({"page": "nowhere"}), 422),
        (json!({"page": "message", "id": conversation}), 404),
        (json!({}), 422),
    ] {
        user.post(world, "/ticket", &body).await.is(status);
    }
}

both!(a_session_of_one_account_reaches_no_other, a_ticket_leads_to_its_page_and_dies);
