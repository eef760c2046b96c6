//! Comments.

use super::*;

#[tokio::test]
async fn comments_join_the_persons_conversation_and_name_their_post() {
    for (name, id, url) in [
        ("wall_reply_new", "wall-223344556_77:81", "https://vk.com/wall-223344556_77?reply=81"),
        ("photo_comment_new", "photo-223344556_457239017:5", "https://vk.com/photo-223344556_457239017"),
        ("video_comment_new", "video-223344556_456239020:6", "https://vk.com/video-223344556_456239020"),
        ("market_comment_new", "market-223344556_7:7", "https://vk.com/product-223344556_7"),
    ] {
        let comment = written(name).await;
        let post = comment.body.post.unwrap();
        assert_eq!((comment.external_id.as_str(), comment.conversation_id.as_str()), (id, "712345678"), "{name}");
        assert_eq!((Some(post.id.as_str()), post.url.as_deref()), (id.split(':').next(), Some(url)), "{name}");
    }
    assert_eq!(text("wall_reply_new").await, "Цена & срок?");
    assert_eq!(media("market_comment_new", "picture").await.text.as_deref(), Some("Есть?"));
}

#[tokio::test]
async fn a_comment_in_a_thread_names_what_it_answers() {
    let comment = written("wall_reply_thread").await.body;
    assert_eq!(comment.reply_to.unwrap().external_id.as_deref(), Some("wall-223344556_77:81"));
    assert_eq!(comment.content, Content::Text { text: "Акме, а доставка?".into() });
}

#[tokio::test]
async fn changed_and_deleted_comments_and_our_own() {
    let InboundEvent::Changed(changed) = one("wall_reply_edit").await else { panic!("no edit") };
    assert_eq!(changed.written.external_id, "wall-223344556_77:81");
    for (name, id) in [("wall_reply_delete", "wall-223344556_77:81"), ("market_comment_delete", "market-223344556_7:7")]
    {
        let InboundEvent::TookBack { pieces: messages } = one(name).await else { panic!("{name} deletes nothing") };
        assert_eq!(messages[..2], [id.to_owned(), format!("{id}/2")], "each of its files is a message");
        assert!(messages.contains(&format!("{id}/restored")) && messages.len() == 10, "{messages:?}");
    }
    assert_eq!(one("wall_reply_own").await, InboundEvent::Nothing("own_comment"));
}

/// A message that is marked as deleted cannot be written to again.
#[tokio::test]
async fn a_restored_comment_is_another_message() {
    let mut body: Value = serde_json::from_str(&crate::tests::fixtures::body("vk", "wall_reply_new")).unwrap();
    body["type"] = json!("wall_reply_restore");
    let stage = Stage::start().await;
    let told = stage.read(&body.to_string()).await.unwrap();
    let [InboundEvent::Wrote(comment)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(comment.external_id, "wall-223344556_77:81/restored");
    let answered = crate::vk::ids::PostId::of_comment(&comment.external_id).map(|(post, id)| (post.to_string(), id));
    assert_eq!(answered, Some(("wall-223344556_77".to_owned(), 81)), "it can be answered like the first");
}
