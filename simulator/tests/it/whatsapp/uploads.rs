//! The Resumable Upload API.

use serde_json::{Value, json};

use super::world::World;

async fn post(world: &World, session: &str, offset: usize, bytes: &[u8]) -> Value {
    let call = world.http.post(world.url(session)).header("Authorization", format!("OAuth {}", world.token));
    let call = call.header("file_offset", offset.to_string()).body(bytes.to_vec());
    call.send().await.unwrap().json().await.unwrap()
}

/// Uploads an example; its handle.
pub async fn handle(world: &World, mime: &str, bytes: &[u8]) -> String {
    let path = format!("app/uploads?file_length={}&file_type={mime}", bytes.len());
    let session = world.ok("POST", &path, Value::Null).await["id"].as_str().unwrap().to_owned();
    post(world, &session, 0, bytes).await["h"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped() {
    let world = World::start().await;
    let path = "app/uploads?file_length=10&file_type=image/png&file_name=a.png";
    let session = world.ok("POST", path, Value::Null).await["id"].as_str().unwrap().to_owned();
    assert!(session.starts_with("upload:"));
    assert_eq!(post(&world, &session, 0, b"01234").await["file_offset"], 5);
    assert_eq!(post(&world, &session, 0, b"01234").await["error"]["code"], 100);
    assert_eq!(world.get(&session).await, json!({"id": session, "file_offset": 5}));
    assert!(post(&world, &session, 5, b"56789").await["h"].as_str().unwrap().starts_with("4::"));
    assert_eq!(post(&world, &session, 10, b"more").await["error"]["code"], 100);
    let wrong = world.refused("POST", "app/uploads?file_length=10&file_type=image/gif", Value::Null).await;
    assert_eq!(wrong.1["code"], 100);
}
