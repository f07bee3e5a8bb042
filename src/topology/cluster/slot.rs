//! Computes the slot of a key, one of 16384.
//! <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model>

use crate::keyspace::hash_tag;

pub const SLOTS: usize = 16_384;

const POLYNOMIAL: u16 = 0x1021;
const TABLE: [u16; 256] = table();

/// Hashes the bytes between the first `{` and the next `}` of the key; the whole key if there are none.
pub fn slot_of(key: &[u8]) -> u16 {
    crc16(hash_tag(key).unwrap_or(key)) % SLOTS as u16
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| (crc << 8) ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)])
}

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { (crc << 1) ^ POLYNOMIAL } else { crc << 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use redis::cluster_routing::Slot;

    use super::*;

    proptest! {
        #![proptest_config(crate::fuzz::config())]

        #[test]
        fn fuzz_slots_are_those_of_the_redis_crate(key in "[{}a-c\u{e9}]{0,12}|\\PC{0,40}") {
            prop_assert_eq!(Slot::new(slot_of(key.as_bytes())), Some(Slot::for_key(&key)));
        }
    }

    #[test]
    fn slots_are_those_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(slot_of(b"foo"), 12_182);
    }

    #[test]
    fn the_hash_tag_of_a_key_determines_its_slot() {
        assert_eq!(slot_of(b"p:{order}:a"), slot_of(b"order"));
        assert_eq!(slot_of(b"{a}{b}"), slot_of(b"a"));
        for without in ["p:{}:{b}", "{", "a}b{c"] {
            assert_eq!(slot_of(without.as_bytes()), crc16(without.as_bytes()) % SLOTS as u16, "{without}");
        }
    }
}
