//! What a source offers in amoCRM besides chats, chosen in the panel.

use parom_tests::settings::HOST;
use parom_tests::{World, once};
use serde_json::json;

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

once!(services_are_chosen_in_the_panel_and_sent_to_amocrm);
