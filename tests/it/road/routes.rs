//! The target of a hook with an unknown chat: the source it names, else the default, else back to the manager with a
//! reason (chats-api §5.5).

use parom_tests::settings::CHANNEL_ID;
use parom_tests::{Line, World, both};
use serde_json::json;
use simulator::crm::HookMessage;

/// A manager writes first to this number, over a source of amoCRM's choice; returns the sources whose messenger got
/// anything so far, and the manager's status.
async fn writes(world: &mut World, line: &Line, source: Option<&str>, phone: &str) -> (Vec<String>, Vec<Option<i64>>) {
    let message = HookMessage::text("Hello, this is Acme");
    let said = world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, phone, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200), "it is answered 200 on every route");
    world.deliver_all().await;
    let heard = world.messenger.received().into_iter().map(|one| one.body["data"]["message"]["source_id"].clone());
    let messages = world.sandbox.messages(&line.host);
    let there = messages.iter().find(|message| message.id == said.message_id).unwrap();
    let told = there.statuses.iter().map(|status| status.error_code).collect();
    (heard.filter_map(|id| Some(id.as_str()?.to_owned())).collect(), told)
}

async fn an_unknown_chat_is_routed_by_its_source_or_the_default(world: &mut World) {
    let (sales, support) = (world.line("sales").await, world.line("support").await);
    let (heard, told) = writes(world, &sales, Some("support"), "+79995556601").await;
    assert_eq!((heard, told), (vec![support.source_id.to_string()], vec![]));
    let (heard, told) = writes(world, &sales, None, "+79995556602").await;
    assert_eq!((heard.len(), told), (1, vec![Some(902)]), "without a default there is no source");
    world.api.patch(&sales.path(""), &json!({"default": true})).await.is(200);
    for (source, phone) in [(None, "+79995556603"), (Some("nowhere"), "+79995556604")] {
        let (heard, told) = writes(world, &sales, source, phone).await;
        assert_eq!((heard.last(), told), (Some(&sales.source_id.to_string()), vec![]), "{source:?}");
    }
}

both!(an_unknown_chat_is_routed_by_its_source_or_the_default);
