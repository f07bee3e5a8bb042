//! An in-memory Cosmos DB on a port of loopback: the emulator of the Rust driver behind an HTTP server.
//!
//! `cosmos-emulator [session | strong | eventual]` prints its port, and ends when its standard input does. So it does not
//! outlive the tests that started it.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{Method, Request as CosmosRequest, Url};
use azure_data_cosmos_driver::in_memory_emulator::{
    ConsistencyLevel, InMemoryEmulatorHttpClient, VirtualAccountConfig, VirtualRegion,
};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let account = Arc::new(Account::open(&format!("http://127.0.0.1:{port}"), level()?)?);
    println!("{port}");
    tokio::select! {
        failed = accept(&listener, &account) => failed,
        ended = until_end_of_input() => ended,
    }
}

/// The consistency level of the account.
fn level() -> Result<ConsistencyLevel, Failure> {
    match std::env::args().nth(1).as_deref() {
        None | Some("session") => Ok(ConsistencyLevel::Session),
        Some("strong") => Ok(ConsistencyLevel::Strong),
        Some("eventual") => Ok(ConsistencyLevel::Eventual),
        Some(other) => Err(format!("unknown consistency level {other}").into()),
    }
}

async fn until_end_of_input() -> Result<(), Failure> {
    let mut buffer = [0; 64];
    while tokio::io::stdin().read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn accept(listener: &TcpListener, account: &Arc<Account>) -> Result<(), Failure> {
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(socket, Arc::clone(account)));
    }
}

/// Serves a connection until the client closes it.
async fn serve(socket: TcpStream, account: Arc<Account>) {
    let service = service_fn(|request| {
        let account = Arc::clone(&account);
        async move { Ok::<_, Infallible>(account.reply(request).await.unwrap_or_else(failed)) }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    if let Err(error) = served.await {
        eprintln!("connection: {error}");
    }
}

/// The reply to what the emulator could not read, which the service never sends.
fn failed(error: Failure) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(error.to_string()));
    *response.status_mut() = hyper::StatusCode::NOT_IMPLEMENTED;
    response
}

struct Account {
    emulator: InMemoryEmulatorHttpClient,
    url: Url,
}

impl Account {
    fn open(url: &str, level: ConsistencyLevel) -> Result<Self, Failure> {
        let url = Url::parse(url)?;
        let region = VirtualRegion::new("East US", url.clone());
        let config = VirtualAccountConfig::new(vec![region])?.with_consistency(level);
        Ok(Self { emulator: InMemoryEmulatorHttpClient::new(config), url })
    }

    async fn reply(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failure> {
        let received = self.received(request).await?;
        let raw = self.emulator.execute_request(&received).await?.try_into_raw_response().await?;
        let (status, headers, body) = raw.deconstruct();
        let mut response = Response::builder().status(u16::from(status));
        for (name, value) in headers.iter() {
            response = response.header(name.as_str(), value.as_str());
        }
        Ok(response.body(Full::from(Bytes::from(body)))?)
    }

    async fn received(&self, request: Request<Incoming>) -> Result<CosmosRequest, Failure> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut received = CosmosRequest::new(self.url.join(path)?, head.method.as_str().parse::<Method>()?);
        for (name, value) in &head.headers {
            let value = HeaderValue::from(value.to_str()?.to_string());
            received.insert_header(HeaderName::from(name.as_str().to_string()), value);
        }
        received.set_body(body.collect().await?.to_bytes());
        Ok(received)
    }
}
