use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_commands_are_encoded_as_the_redis_crate_encodes_them(
        commands in vec(vec(vec(any::<u8>(), 0..40), 1..6), 1..6),
    ) {
        let mut request = Request::default();
        let mut expected = Vec::new();
        for command in &commands {
            let parts: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
            request.push(&parts, Effect::Write);
            expected.extend(redis::pack_command(command));
        }
        prop_assert_eq!(request.bytes, expected);
    }
}

#[test]
fn a_command_is_an_array_of_strings() {
    let mut request = Request::default();
    request.push(&[b"SET", "é".as_bytes(), b""], Effect::Write);
    request.push(&[b"PING"], Effect::Read);
    assert_eq!(request.bytes, "*3\r\n$3\r\nSET\r\n$2\r\né\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n".as_bytes());
    assert_eq!((request.len(), request.start_of(1)), (2, request.end_of(0)));
    let parts: Vec<_> = arguments(request.command(0).bytes).collect();
    assert_eq!(parts, [b"SET", "é".as_bytes(), b""]);
}
