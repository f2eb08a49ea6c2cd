package io.loadmonitor.guard;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses of one network, of IPv4 or IPv6 (RFC 4632, RFC 4291). Java makes an IPv4 address of one that is mapped
 * into IPv6 ({@code ::ffff:192.0.2.1}), so it does not matter how a socket that hears both tells it. Immutable.
 */
public final class Network {
    /** {@code 10.0.0.0/8}, {@code fd00::/8}, {@code 192.0.2.7}: nothing that could need a name server. */
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:/([0-9]{1,3}))?");

    /** Java reads them as decimal numbers, C as octal ones. */
    private static final Pattern LEADING_ZERO = Pattern.compile("(^|[.:])0[0-9]+\\..*");

    private static final int MAPPED_BITS = 96;

    private final byte[] prefix;
    private final int bits;

    private Network(byte[] prefix, int bits) {
        this.prefix = prefix;
        this.bits = bits;
    }

    /**
     * @param text an address, or one with the number of bits that count
     * @throws IllegalArgumentException when it is neither; says why and quotes the text
     */
    public static Network of(String text) {
        Matcher form = FORM.matcher(text);
        InetAddress address = form.matches() ? address(form.group(1)).orElse(null) : null;
        if (address == null) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is no network like 10.0.0.0/8 or fd00::/8, nor an address");
        }
        byte[] bytes = address.getAddress();
        int most = bytes.length * Byte.SIZE;
        int bits = most;
        if (form.group(2) != null) {
            boolean mapped = address instanceof Inet4Address && form.group(1).contains(":");
            bits = Integer.parseInt(form.group(2)) - (mapped ? MAPPED_BITS : 0);
            if (bits < 0 || bits > most) {
                throw new IllegalArgumentException(
                        '"' + text + "\" has " + form.group(2) + " bits, which such an address cannot");
            }
        }
        byte[] prefix = masked(bytes, bits);
        if (!Arrays.equals(prefix, bytes)) {
            throw new IllegalArgumentException('"' + text + "\" has bits set beyond its first " + bits
                    + "; the network is " + new Network(prefix, bits));
        }
        return new Network(prefix, bits);
    }

    public boolean holds(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == prefix.length && Arrays.equals(masked(bytes, bits), prefix);
    }

    private static Optional<InetAddress> address(String literal) {
        if (LEADING_ZERO.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static byte[] masked(byte[] bytes, int bits) {
        byte[] masked = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            int counted = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
            masked[i] = (byte) (bytes[i] & (0xff << (Byte.SIZE - counted)));
        }
        return masked;
    }

    /** As it can stand in the file. */
    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(prefix).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + prefix.length + " bytes", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && network.bits == bits && Arrays.equals(network.prefix, prefix);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(prefix) + bits;
    }
}
