import pytest

from alerts.delivery.guard import AddressRefused, allowed, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - refused
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
        "not an address",
    ],
)
def test_internal_and_reserved_addresses_are_refused(address):
    assert not is_public(address)
    with pytest.raises(AddressRefused, match="WUGAN_WEBHOOK_ALLOW_INTERNAL"):
        allowed("receiver.example", [address], internal_allowed=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_taken(address):
    assert allowed("receiver.example", [address], internal_allowed=False) == (address,)


def test_one_internal_address_among_public_ones_refuses_all():
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        allowed("receiver.example", ["8.8.8.8", "10.0.0.1"], internal_allowed=False)


def test_with_the_setting_internal_addresses_are_taken():
    assert allowed("receiver.local", ["10.0.0.1", "10.0.0.1"], internal_allowed=True) == ("10.0.0.1",)


def test_a_host_without_address_is_refused():
    with pytest.raises(AddressRefused, match="no address"):
        allowed("receiver.example", [], internal_allowed=True)
