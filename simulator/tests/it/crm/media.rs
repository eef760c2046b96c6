//! Files of messages: the links in hooks.

use chrono::TimeDelta;
use simulator::crm::{Attachment, HookMessage};

use crate::crm::caller::HOST;
use crate::crm::receiver::Talk;

#[tokio::test]
async fn links_die_but_amocrm_keeps_its_own_files() {
    let Talk { world, mut hooks, chat, .. } = Talk::begin("Hello").await;
    let status = async |link: &str| world.client.get(link).send().await.unwrap().status().as_u16();
    let file = Attachment::new("picture", "наш диван & co.png", "image/png", &b"0123456789"[..]);
    let said = world.sandbox.manager_sends(HOST, &chat, HookMessage::attachment(file)).await.unwrap();
    let link = hooks.message().await["media"].as_str().unwrap().to_owned();
    assert!(link.is_ascii(), "{link}");
    world.advance(TimeDelta::hours(23));
    assert_eq!(status(&link).await, 200);
    world.advance(TimeDelta::hours(2));
    assert_eq!(status(&link).await, 404);
    assert_eq!(world.sandbox.downloads(HOST, &said.message_id).await.unwrap().bytes, "0123456789");
    let video = HookMessage::attachment(Attachment::sample("video"));
    world.sandbox.manager_sends(HOST, &chat, video).await.unwrap();
    let message = hooks.message().await;
    for (hours, answer) in [(0, 200), (24, 404)] {
        world.advance(TimeDelta::hours(hours));
        for key in ["media", "thumbnail"] {
            assert_eq!(status(message[key].as_str().unwrap()).await, answer, "{key}");
        }
    }
    assert_eq!(status(&format!("{}/attachments/none/x.png", world.sandbox.url())).await, 404);
}
